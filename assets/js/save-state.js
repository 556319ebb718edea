// Saving while somebody types: say in words when the connection is lost, try again, and warn before the page is left.
// Nothing is kept on the device: ward computers are shared.

const LOST = "Not saved: no connection. Your text is still on this page. Keep it open; it is saved when the connection is back.";
const TRY_AGAIN_AFTER = 10000;

function isTypedIn(form) {
  return [...form.elements].some(
    (field) => field.defaultChecked !== field.checked || (field.matches("input, textarea") && field.defaultValue !== field.value),
  );
}

export function startSaveStates(root) {
  let unsaved = false;
  let waiting = 0;

  const saver = () => document.getElementById("autosave");

  function lost({ detail }) {
    if (detail.elt !== saver()) return;
    unsaved = true;
    document.querySelector("[data-save-state]").textContent = LOST;
    window.clearTimeout(waiting);
    waiting = window.setTimeout(again, TRY_AGAIN_AFTER);
  }

  function again() {
    if (unsaved && saver()) saver().dispatchEvent(new Event("save-again"));
  }

  for (const name of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) root.addEventListener(name, lost);
  root.addEventListener("htmx:afterRequest", ({ detail }) => {
    if (detail.elt === saver() && detail.successful) unsaved = false;
  });
  root.addEventListener("submit", () => {
    unsaved = false;
  });
  // Who types faster than the page starts has typed before anything listened: once htmx has begun, that is saved too.
  root.addEventListener("htmx:load", ({ detail }) => {
    if (detail.elt === root && saver() && isTypedIn(saver().closest("form"))) {
      saver().dispatchEvent(new Event("save-again"));
    }
  });
  window.addEventListener("online", again);
  window.addEventListener("beforeunload", (event) => {
    if (unsaved) event.preventDefault();
  });
}
