// "Search within" a long facet: hides the options whose label does not hold the words typed.

function fold(text) {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}

export function startFacetFilters(scope) {
  for (const input of scope.querySelectorAll("[data-facet-filter]")) {
    const facet = input.closest(".kp-facet");
    const options = [...facet.querySelectorAll(".kp-facet__option")];
    const rest = facet.querySelector(".kp-facet__more");
    const status = facet.querySelector("[role=status]");
    const wasOpen = rest?.open ?? false;

    input.addEventListener("input", () => {
      const words = fold(input.value).split(/\s+/).filter(Boolean);
      let shown = 0;
      for (const option of options) {
        const label = fold(option.querySelector("label").firstChild.textContent);
        option.hidden = !words.every((word) => label.includes(word));
        if (!option.hidden) shown += 1;
      }
      if (rest) rest.open = words.length > 0 || wasOpen;
      status.textContent = words.length === 0 ? "" : shown === 1 ? "1 option matches" : `${shown} options match`;
    });

    // The field filters the list in front of the reader; it is no part of the search form's answer.
    input.addEventListener("keydown", (event) => {
      if (event.key === "Enter") event.preventDefault();
    });
    input.addEventListener("change", (event) => event.stopPropagation());
  }
}
