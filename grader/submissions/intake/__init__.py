"""Take a submission into a private snapshot: afterwards nothing that a student made is read from anywhere else."""

from grader.submissions.intake.snapshot import Caps, Snapshot
from grader.submissions.intake.take import take

__all__ = ["Caps", "Snapshot", "take"]
