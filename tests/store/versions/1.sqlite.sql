CREATE TABLE exercises (
    digest TEXT NOT NULL,
    id TEXT NOT NULL,
    title TEXT NOT NULL,
    max_score TEXT NOT NULL,
    due TEXT,
    file TEXT NOT NULL,
    used_at TEXT NOT NULL,
    PRIMARY KEY (digest)
);

CREATE INDEX ix_exercises_id ON exercises (id);

CREATE TABLE gradings (
    id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    identity TEXT NOT NULL,
    settings TEXT NOT NULL,
    grader_version TEXT NOT NULL,
    started_at TEXT NOT NULL,
    finished_at TEXT,
    PRIMARY KEY (id)
);

CREATE TABLE handins (
    id INTEGER NOT NULL,
    exercise TEXT NOT NULL,
    student TEXT NOT NULL,
    digest TEXT NOT NULL,
    label TEXT NOT NULL,
    path TEXT NOT NULL,
    received_at TEXT,
    received_by TEXT NOT NULL,
    notes TEXT NOT NULL,
    first_seen TEXT NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (exercise, student, digest)
);

CREATE TABLE images (
    ref TEXT NOT NULL,
    image_id TEXT NOT NULL,
    seen_at TEXT NOT NULL,
    PRIMARY KEY (ref)
);

CREATE TABLE meta (
    version INTEGER NOT NULL
);

CREATE TABLE overrides (
    id INTEGER NOT NULL,
    exercise TEXT NOT NULL,
    student TEXT NOT NULL,
    "check" TEXT,
    points TEXT NOT NULL,
    reason TEXT NOT NULL,
    author TEXT NOT NULL,
    at TEXT NOT NULL,
    withdrawn_at TEXT,
    PRIMARY KEY (id)
);

CREATE INDEX ix_overrides_of ON overrides (exercise, student);

CREATE TABLE owners (
    owner TEXT NOT NULL,
    beat_at TEXT NOT NULL,
    PRIMARY KEY (owner)
);

CREATE TABLE people (
    id TEXT NOT NULL,
    data TEXT NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (id)
);

CREATE TABLE snapshots (
    digest TEXT NOT NULL,
    files INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (digest)
);

CREATE TABLE attempts (
    seq INTEGER NOT NULL,
    id TEXT NOT NULL,
    grading INTEGER NOT NULL,
    handin INTEGER NOT NULL,
    kind TEXT NOT NULL,
    "of" TEXT,
    "key" TEXT NOT NULL,
    exercise_digest TEXT NOT NULL,
    status TEXT NOT NULL,
    score TEXT,
    max_score TEXT,
    started_at TEXT NOT NULL,
    finished_at TEXT NOT NULL,
    grader_version TEXT NOT NULL,
    result BLOB NOT NULL,
    PRIMARY KEY (seq),
    UNIQUE (id),
    FOREIGN KEY(grading) REFERENCES gradings (id),
    FOREIGN KEY(handin) REFERENCES handins (id),
    FOREIGN KEY("of") REFERENCES attempts (id),
    FOREIGN KEY(exercise_digest) REFERENCES exercises (digest)
);

CREATE INDEX ix_attempts_grading ON attempts (grading);

CREATE INDEX ix_attempts_handin ON attempts (handin);

CREATE INDEX ix_attempts_key ON attempts ("key");

CREATE TABLE choices (
    exercise TEXT NOT NULL,
    student TEXT NOT NULL,
    handin INTEGER NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (exercise, student),
    FOREIGN KEY(handin) REFERENCES handins (id)
);

CREATE TABLE failures (
    id INTEGER NOT NULL,
    grading INTEGER NOT NULL,
    handin INTEGER NOT NULL,
    at TEXT NOT NULL,
    cause TEXT NOT NULL,
    tries INTEGER NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY(grading) REFERENCES gradings (id),
    FOREIGN KEY(handin) REFERENCES handins (id)
);

CREATE INDEX ix_failures_grading ON failures (grading);

CREATE TABLE journal (
    handin INTEGER NOT NULL,
    grading INTEGER NOT NULL,
    "key" TEXT NOT NULL,
    owner TEXT NOT NULL,
    started_at TEXT NOT NULL,
    PRIMARY KEY (handin),
    FOREIGN KEY(handin) REFERENCES handins (id),
    FOREIGN KEY(grading) REFERENCES gradings (id)
);

CREATE INDEX ix_journal_key ON journal ("key");

CREATE TABLE items (
    grading INTEGER NOT NULL,
    handin INTEGER NOT NULL,
    attempt TEXT,
    how TEXT,
    PRIMARY KEY (grading, handin),
    FOREIGN KEY(grading) REFERENCES gradings (id),
    FOREIGN KEY(handin) REFERENCES handins (id),
    FOREIGN KEY(attempt) REFERENCES attempts (id)
);

CREATE INDEX ix_items_handin ON items (handin);
