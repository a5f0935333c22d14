"use strict";
(() => {
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const tools = document.querySelector(".tools");
  if (!tools) return;
  const [search, level, place, status] = ["search", "level", "place", "status"].map((name) => tools.querySelector(`[data-tool=${name}]`));
  const items = all("main .item, main tbody tr").filter((item) => item.matches(".item") || !item.parentElement.closest(".item"));
  const texts = new Map();

  function text(item) {
    if (!texts.has(item)) texts.set(item, item.textContent.toLowerCase());
    return texts.get(item);
  }

  function open(item) {
    for (let above = item.parentElement?.closest("details"); above; above = above.parentElement?.closest("details")) {
      above.open = true;
      buttons(above); // before the page scrolls to the item: they take room
    }
  }

  function filter() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const matches = (item) =>
      (!level.value || !item.dataset.level || item.dataset.level === level.value) &&
      (!place.value || !item.matches(".item") || String("production" in item.dataset) === place.value) &&
      words.every((word) => text(item).includes(word));
    const shown = items.filter((item) => ((item.hidden = !matches(item)), !item.hidden));
    const filtered = words.length > 0 || level.value || place.value;
    if (words.length && shown.length <= 300) shown.forEach(open);
    for (const box of all("main .filtered")) {
      const mine = all(".item", box);
      box.hidden = mine.length > 0 && mine.every((item) => item.hidden);
    }
    status.textContent = filtered ? `${shown.length} of ${items.length} rows shown` : "";
  }

  async function copy(button) {
    const item = button.closest("[id]");
    const address = `${location.href.split("#")[0]}#${item.id}`;
    try {
      await navigator.clipboard.writeText(address);
    } catch {
      const area = document.body.appendChild(document.createElement("textarea"));
      area.value = address;
      area.select();
      document.execCommand("copy");
      area.remove();
      button.focus();
    }
    status.textContent = `Copied ${address}`;
  }

  /* Buttons are made where their row is in sight: thousands of folded ones need none. */
  function buttons(within) {
    for (const link of all("a.self", within)) {
      if (link.nextElementSibling?.matches(".copy") || link.closest("details:not([open])")) continue;
      const button = document.createElement("button");
      button.type = "button";
      button.className = "copy";
      button.textContent = "Copy link";
      button.setAttribute("aria-label", `Copy link to ${link.dataset.name || link.textContent}`);
      link.after(button);
    }
  }

  const unpacked = new Map();
  function bodies(template) {
    if (!unpacked.has(template)) {
      const bytes = Uint8Array.from(atob(template.content.textContent.trim()), (letter) => letter.charCodeAt(0));
      const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
      unpacked.set(template, new Response(stream).json());
    }
    return unpacked.get(template);
  }

  async function unpack(details) {
    const template = details.closest("section").querySelector("template.packed");
    const id = details.closest(".item").id;
    if (template) details.querySelector("pre").textContent = JSON.stringify((await bodies(template))[id.slice(template.dataset.prefix.length)], null, 1);
  }

  document.addEventListener("toggle", ({ target }) => {
    if (!target.open) return;
    buttons(target);
    if (target.matches(".body")) unpack(target);
  }, true);
  document.addEventListener("click", ({ target }) => {
    if (target.matches(".copy")) copy(target);
  });
  tools.querySelector("[data-tool=expand]").addEventListener("click", () => all("main details:not(.body)").forEach((each) => (each.open = true)));
  tools.querySelector("[data-tool=collapse]").addEventListener("click", () => all("main details").forEach((each) => (each.open = false)));
  [search, level, place].forEach((field) => field.addEventListener("input", filter));
  function follow() {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target) open(target), target.scrollIntoView();
  }
  addEventListener("hashchange", follow);
  tools.hidden = false;
  filter();
  buttons(document);
  follow();
})();
