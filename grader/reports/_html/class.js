"use strict";
(() => {
  const said = document.getElementById("said");
  const tables = [];
  const step = 150;  // rows that are in the table at once: more come as one scrolls, and all of them for paper

  // One table: its rows stay what they are; sorting and filtering choose which of them are in it, and in what order.
  class Sheet {
    constructor(element) {
      this.element = element;
      this.body = element.tBodies[0];
      this.rows = [...this.body.rows];
      this.order = this.rows;
      this.limit = step;
      this.heads = [...element.tHead.rows[0].cells];
      this.checks = Number(element.dataset.checks);
      this.tools = document.querySelector('.tools[data-for="' + element.id + '"]');
      this.empty = element.parentElement.querySelector(".nobody");
    }

    // Read once, when first needed: "-" is nothing, and becomes NaN.
    get keys() {
      return this.known ??= new Map(this.rows.map((row) => [row, Float64Array.from(row.dataset.k.split(" "), Number)]));
    }

    sort(column, descending) {
      const keys = this.keys, sign = descending ? -1 : 1;
      const list = this.rows.map((row, place) => [keys.get(row)[column], place, row]);
      list.sort((one, other) => {
        const none = Number.isNaN(one[0]), also = Number.isNaN(other[0]);
        if (none || also) return none - also || one[1] - other[1];  // nothing comes last, both ways
        return sign * (one[0] - other[0]) || one[1] - other[1];
      });
      this.order = list.map((entry) => entry[2]);
      this.limit = step;
      this.unroll();
      this.element.parentElement.scrollTop = 0;
      this.heads.forEach((head, place) => {
        head.setAttribute("aria-sort", place === column ? (descending ? "descending" : "ascending") : "none");
      });
      const name = this.heads[column].querySelector("button").textContent.trim();
      said.textContent = "Sorted by " + name + (descending ? ", descending" : ", ascending");
    }

    // Of those that fit, put the first ones into the table.
    unroll() {
      const fit = this.order.filter((row) => !row.hidden);
      fit.forEach((row, place) => row.setAttribute("aria-rowindex", String(place + 2)));
      this.element.setAttribute("aria-rowcount", String(fit.length + 1));
      this.more = fit.length > this.limit;
      const wanted = fit.slice(0, this.limit), there = this.body.rows.length;
      // Those that are there and stay, stay: as one scrolls, more are added only.
      if (there && there < wanted.length && this.body.rows[0] === wanted[0] && this.body.rows[there - 1] === wanted[there - 1]
        && this.grows) this.body.append(...wanted.slice(there));
      else this.body.replaceChildren(...wanted);
    }

    // Have a row in the table, however far down.
    have(row) {
      const place = this.order.filter((one) => !one.hidden).indexOf(row);
      if (place >= this.limit) this.grow(Math.ceil((place + 1) / step) * step);
    }

    grow(limit) {
      this.limit = limit;
      this.grows = true;
      this.unroll();
      this.grows = false;
    }

    scrolled() {
      const sheet = this.element.parentElement;
      if (this.more && sheet.scrollTop + 2 * sheet.clientHeight >= sheet.scrollHeight) this.grow(this.limit + step);
    }

    filter() {
      const words = this.tools.querySelector("input").value.toLowerCase().split(/\s+/).filter(Boolean);
      const tag = this.tools.querySelector(".by-tag")?.value || "";
      const check = this.tools.querySelector(".by-check")?.value || "";
      let shown = 0;
      for (const row of this.rows) {
        const text = row.dataset.q;
        const fits = words.every((word) => text.includes(word))
          && (!tag || (" " + row.dataset.t + " ").includes(" " + tag + " "))
          && (!check || this.keys.get(row)[this.checks + Number(check)] === 0);
        if (row.hidden === fits) row.hidden = !fits;
        shown += fits;
      }
      this.limit = step;
      this.unroll();
      const all = shown === this.rows.length;
      this.empty.hidden = shown > 0;
      this.tools.querySelector(".clear").hidden = all && !words.length && !tag && !check;
      const text = (all ? "" : shown.toLocaleString("en") + " of ") + this.rows.length.toLocaleString("en")
        + (this.rows.length === 1 ? " student" : " students");
      this.tools.querySelector("output").textContent = text;
    }

    clear() {
      for (const field of this.tools.querySelectorAll("input, select")) field.value = "";
      this.filter();
      this.tools.querySelector("input").focus();
    }
  }

  for (const element of document.querySelectorAll("table.heat")) {
    const sheet = new Sheet(element);
    tables.push(sheet);
    sheet.unroll();
    element.parentElement.addEventListener("scroll", () => sheet.scrolled(), { passive: true });
    element.tHead.addEventListener("click", (event) => {
      const button = event.target.closest("button[data-col]");
      if (!button) return;
      const descending = button.closest("th").getAttribute("aria-sort") === "ascending";
      sheet.sort(Number(button.dataset.col), descending);
    });
    sheet.body.addEventListener("click", (event) => {
      if (event.target.closest("a, button") || String(getSelection())) return;
      event.target.closest("tr")?.querySelector("a")?.click();
    });
    sheet.tools?.addEventListener("input", () => sheet.filter());
    sheet.tools?.querySelector(".clear").addEventListener("click", () => sheet.clear());
    sheet.empty.querySelector(".clear-all").addEventListener("click", () => sheet.clear());
    if (sheet.tools && [...sheet.tools.querySelectorAll("input, select")].some((field) => field.value)) sheet.filter();
  }

  addEventListener("beforeprint", () => {
    for (const sheet of tables) sheet.grow(Infinity);
  });

  // Exercises: one at a time, so that a browser lays out one table only.
  const tabs = [...document.querySelectorAll(".tabs a")];
  const choose = (link) => {
    for (const one of tabs) {
      const chosen = one === link;
      if (chosen) one.setAttribute("aria-current", "true"); else one.removeAttribute("aria-current");
      document.getElementById(one.hash.slice(1)).hidden = !chosen;
    }
  };
  const chooseFor = (element) => {
    const section = element?.closest(".tab");
    const link = section && tabs.find((one) => one.hash === "#" + section.id);
    if (link) choose(link);
  };
  if (tabs.length) choose(tabs[0]);

  // Details wait in blocks of many: base64, raw DEFLATE, JSON. The one that was unpacked last is kept.
  const unpacked = { number: "", texts: null };
  const unpack = async (place) => {
    const [number, at] = place.split("-");
    if (unpacked.number !== number) {
      const packed = Uint8Array.from(atob(document.getElementById("details-" + number).textContent), (one) => one.charCodeAt(0));
      const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
      Object.assign(unpacked, { number, texts: new Response(stream).json() });
    }
    return (await unpacked.texts)[Number(at)];
  };

  // One student, in a page that has all of them: made of a data block when it is asked for.
  const dialog = document.getElementById("student");
  let current = null;
  const open = async (sheet, row) => {
    if (row.dataset.d === undefined) return;
    current = [sheet, row];
    let text = "This browser is too old to show what there is on a student.";
    if (typeof DecompressionStream === "function") text = await unpack(row.dataset.d);
    if (current?.[1] !== row) return;  // another was asked for meanwhile
    const parsed = new DOMParser().parseFromString(text, "text/html");
    const body = document.getElementById("student-body");
    body.replaceChildren(...parsed.body.childNodes);
    document.getElementById("student-name").textContent = row.cells[0].querySelector(".student").textContent;
    const facts = [];
    for (let place = 1; place < sheet.checks; place++) {
      const text = row.cells[place].textContent.trim();
      if (!text) continue;
      const fact = document.createElement("div"), term = document.createElement("dt"), value = document.createElement("dd");
      term.textContent = sheet.heads[place].textContent.trim();
      value.textContent = text;
      fact.append(term, value);
      facts.push(fact);
    }
    document.getElementById("student-facts").replaceChildren(...facts);
    const near = neighbours();
    dialog.querySelector('[data-step="-1"]').disabled = !near[0];
    dialog.querySelector('[data-step="1"]').disabled = !near[1];
    if (!dialog.open) dialog.showModal();
    else if (document.activeElement.disabled) document.getElementById("student-name").focus();
    dialog.scrollTop = 0;
  };
  const neighbours = () => {
    const [sheet, row] = current;
    const listed = sheet.order.filter((one) => one === row || (!one.hidden && one.dataset.d !== undefined));
    const place = listed.indexOf(row);
    return [listed[place - 1], listed[place + 1]];
  };
  const follow = () => {
    const hash = location.hash;
    const match = /^#s-(\d+)-(\d+)$/.exec(hash);
    if (match && dialog) {
      const sheet = tables.find((one) => one.element.dataset.exercise === match[1]);
      const row = sheet?.rows[Number(match[2])];  // as the page came, however it is sorted
      if (row) { chooseFor(sheet.element); open(sheet, row); }
      return;
    }
    const target = hash.length > 1 && document.getElementById(decodeURIComponent(hash.slice(1)));
    if (dialog?.open && !dialog.contains(target)) dialog.close(); else if (!dialog?.open) current = null;
    if (target) { chooseFor(target); target.scrollIntoView(); }
  };
  addEventListener("hashchange", follow);
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    if (!link) return;
    if (dialog?.open && dialog.contains(link)) {  // a place in the dialog is none of the page's
      event.preventDefault();
      const place = document.getElementById(decodeURIComponent(link.hash.slice(1)));
      for (let up = place; up && up !== dialog; up = up.parentElement) if (up.tagName === "DETAILS") up.open = true;
      place?.scrollIntoView();
    } else if (link.hash === location.hash) follow();  // the same once more is no change
  });
  if (dialog) {
    dialog.addEventListener("click", (event) => {
      const step = event.target.closest("[data-step]");
      if (event.target === dialog || event.target.closest("[data-close]")) dialog.close();
      else if (step) {
        const next = neighbours()[step.dataset.step === "1" ? 1 : 0];
        if (next) location.replace("#s-" + current[0].element.dataset.exercise + "-" + next.dataset.n);
      }
    });
    dialog.addEventListener("close", () => {
      if (/^#s-/.test(location.hash)) {
        try { history.replaceState(null, "", location.pathname + location.search); } catch { /* it stays in the address */ }
      }
      document.getElementById("student-body").replaceChildren();
      const [sheet, row] = current;
      current = null;
      sheet.have(row);
      row.querySelector("a")?.focus();
    });
  }
  follow();
})();
