// What the librarians' admin adds to Django's own scripts.

import { enhanceChoosers } from "./choose.js";

enhanceChoosers(document);
// Django adds rows below a form by script and says so.
document.addEventListener("formset:added", (event) => enhanceChoosers(event.target));
