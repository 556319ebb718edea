// After htmx swaps a fragment, the reader's panels are as they left them and the keyboard is where it was; what was chosen
// or typed while the fragment was on its way is not lost.

export function keepPlaceOnSwap(root) {
  let focused = "";
  let height = 0;
  let scrolled = 0;
  let panels = new Map();
  let texts = new Map();
  // A form with a choice that no request has told yet, and the fields typed in since the last request.
  let waiting = null;
  let typed = new Set();

  root.addEventListener("change", ({ target }) => {
    if (target.matches(".kp-auto")) waiting = target.form;
  });
  root.addEventListener("input", ({ target }) => typed.add(target.id));

  root.addEventListener("htmx:beforeRequest", ({ target }) => {
    if (target.matches("form")) typed = new Set();
    if (target === waiting) waiting = null;
  });

  root.addEventListener("htmx:beforeSwap", (event) => {
    const old = event.detail.target;
    // The choice is told in a moment, and the answer to that is the one to show: this one would undo it.
    if (waiting?.isConnected && (old.contains(waiting) || waiting.contains(old))) {
      event.detail.shouldSwap = false;
      return;
    }
    focused = old.contains(document.activeElement) ? document.activeElement.id : "";
    height = focused ? document.activeElement.getBoundingClientRect().top : 0;
    scrolled = window.scrollY;
    panels = new Map([...old.querySelectorAll("details[id]")].map((panel) => [panel.id, panel.open]));
    const fields = [...old.querySelectorAll("input[type=text][id], input[type=search][id]")];
    texts = new Map(fields.filter(({ id }) => typed.has(id)).map((field) => [field.id, field.value]));
  });

  root.addEventListener("htmx:afterSwap", () => {
    for (const [id, open] of panels) {
      const panel = document.getElementById(id);
      if (panel) panel.open = open;
    }
    // An option that left the first few may sit in a closed panel, where it could not take the focus.
    const element = focused && document.getElementById(focused);
    if (!element) {
      // What is above has not changed. The browser scrolls along with what is about to go.
      window.scrollTo({ top: scrolled, behavior: "instant" });
      return;
    }
    for (let panel = element.closest("details"); panel; panel = panel.parentElement.closest("details")) {
      panel.open = true;
    }
    element.focus({ preventScroll: true });
    // What was chosen stays under the pointer, whatever came or went above it.
    window.scrollBy({ top: element.getBoundingClientRect().top - height, behavior: "instant" });
  });

  // Now what is new listens.
  root.addEventListener("htmx:afterSettle", () => {
    for (const [id, text] of texts) {
      const field = document.getElementById(id);
      if (!field || field.value === text) continue;
      field.value = text;
      field.dispatchEvent(new Event("input", { bubbles: true }));
      // The browser does not see that it was typed by hand.
      field.addEventListener("blur", () => field.dispatchEvent(new Event("change", { bubbles: true })), { once: true });
    }
    texts = new Map();
  });
}
