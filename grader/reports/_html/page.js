"use strict";
(() => {
  const root = document.documentElement;
  root.classList.add("js");

  const said = document.getElementById("said");
  const say = (text) => { said.textContent = text; };

  // Copy what a button is about: only ever on a click.
  const copy = async (button) => {
    const source = document.getElementById(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(source.textContent);
      say("Copied");
      button.querySelector(".label").textContent = "Copied";
      setTimeout(() => { button.querySelector(".label").textContent = "Copy"; }, 2000);
    } catch {
      // A page from a file may not be let write: then the text is selected, to be copied by hand.
      getSelection().selectAllChildren(source);
      say("Selected: copy it with your keyboard");
    }
  };

  const openAll = (button) => {
    const open = button.getAttribute("aria-pressed") !== "true";
    for (const one of document.querySelectorAll("details." + button.dataset.open)) one.open = open;
    button.setAttribute("aria-pressed", String(open));
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button?.dataset.copy) copy(button);
    else if (button?.dataset.open) openAll(button);
  });

  // A link to something folded unfolds it.
  const reveal = () => {
    const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    for (let up = target; up; up = up.parentElement) if (up.tagName === "DETAILS") up.open = true;
    target.scrollIntoView();
  };
  addEventListener("hashchange", reveal);
  reveal();

  // On paper nothing can be unfolded.
  let folded = [];
  addEventListener("beforeprint", () => {
    folded = [...document.querySelectorAll("details:not([open])")];
    for (const one of folded) one.open = true;
  });
  addEventListener("afterprint", () => { for (const one of folded) one.open = false; });
})();
