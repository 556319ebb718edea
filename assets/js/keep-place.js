// After htmx swaps a fragment, the reader's panels are as they left them and the keyboard is where it was.

export function keepPlaceOnSwap(root) {
  let focused = "";
  let panels = new Map();

  root.addEventListener("htmx:beforeSwap", ({ detail }) => {
    const old = detail.target;
    focused = old.contains(document.activeElement) ? document.activeElement.id : "";
    panels = new Map([...old.querySelectorAll("details[id]")].map((panel) => [panel.id, panel.open]));
  });

  root.addEventListener("htmx:afterSwap", () => {
    for (const [id, open] of panels) {
      const panel = document.getElementById(id);
      if (panel) panel.open = open;
    }
    // An option that left the first few may sit in a closed panel, where it could not take the focus.
    const element = focused && document.getElementById(focused);
    if (!element) return;
    for (let panel = element.closest("details"); panel; panel = panel.parentElement.closest("details")) {
      panel.open = true;
    }
    element.focus({ preventScroll: true });
  });
}
