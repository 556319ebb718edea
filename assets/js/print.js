// The print button: opens the browser's own print dialogue.

export function startPrintButtons(scope) {
  for (const button of scope.querySelectorAll("[data-print]")) {
    button.addEventListener("click", () => window.print());
  }
}
