// Everything here is a convenience: each page does its work without it.

import { Button } from "nhsuk-frontend/dist/nhsuk/components/button/button.mjs";
import { CharacterCount } from "nhsuk-frontend/dist/nhsuk/components/character-count/character-count.mjs";
import { ErrorSummary } from "nhsuk-frontend/dist/nhsuk/components/error-summary/error-summary.mjs";
import { Header } from "nhsuk-frontend/dist/nhsuk/components/header/header.mjs";
import { NotificationBanner } from "nhsuk-frontend/dist/nhsuk/components/notification-banner/notification-banner.mjs";
import { PasswordInput } from "nhsuk-frontend/dist/nhsuk/components/password-input/password-input.mjs";
import { SkipLink } from "nhsuk-frontend/dist/nhsuk/components/skip-link/skip-link.mjs";

import { startCopyLinks } from "./copy-link.js";
import { startFacetFilters } from "./facet-filter.js";
import { keepPlaceOnSwap } from "./keep-place.js";
import { startPrintButtons } from "./print.js";
import { startSaveStates } from "./save-state.js";
import { leaveOutEmptyFields } from "./search-forms.js";
import { startSuggestions } from "./suggestions.js";

const COMPONENTS = [Button, CharacterCount, ErrorSummary, Header, NotificationBanner, PasswordInput, SkipLink];

function startComponents(scope) {
  for (const Component of COMPONENTS) {
    for (const element of scope.querySelectorAll(`[data-module="${Component.moduleName}"]`)) {
      try {
        new Component(element);
      } catch (error) {
        // A component that cannot start leaves the plain HTML, which works.
        console.error(error);
      }
    }
  }
}

function start(scope) {
  startComponents(scope);
  startCopyLinks(scope);
  startFacetFilters(scope);
  startPrintButtons(scope);
  startSuggestions(scope);
}

document.body.classList.add("js-enabled", "nhsuk-frontend-supported");
start(document.body);
leaveOutEmptyFields(document.body);
keepPlaceOnSwap(document.body);
startSaveStates(document.body);

// htmx announces every fragment it puts into the page, and once, at its own start, the page itself.
document.body.addEventListener("htmx:load", ({ detail }) => {
  if (detail.elt !== document.body) start(detail.elt);
});
