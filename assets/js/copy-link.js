// The copy-link button: puts the address in data-copy-link on the clipboard and says so.

async function copy(text) {
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(text);
    return;
  }
  // Browsers offer no clipboard on a plain http address, as inside many a hospital network.
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "nhsuk-u-visually-hidden";
  document.body.append(field);
  field.select();
  const copied = document.execCommand("copy");
  field.remove();
  if (!copied) throw new Error("The browser refused to copy.");
}

export function startCopyLinks(scope) {
  for (const button of scope.querySelectorAll("[data-copy-link]")) {
    const status = button.parentElement.querySelector("[role=status]");
    button.addEventListener("click", async () => {
      try {
        await copy(new URL(button.dataset.copyLink, location.href).href);
        status.textContent = "Link copied";
      } catch {
        status.textContent = "The link could not be copied. Copy it from the address bar.";
      }
      button.focus();
    });
  }
}
