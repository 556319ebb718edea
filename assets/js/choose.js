// Choosing records by a few letters: a text field that opens a list, after the combobox pattern of the ARIA Authoring
// Practices. The <select> stays what the form sends; without this script it is what the person uses.

const DELAY = 200;

export function enhanceChoosers(root) {
  for (const select of root.querySelectorAll("select[data-choose]")) {
    // Django keeps an empty row as the pattern of those it adds; it must stay as it is.
    if (!select.name.includes("__prefix__") && !select.classList.contains("kp-choose__values")) {
      new Chooser(select);
    }
  }
}

class Chooser {
  constructor(select) {
    this.select = select;
    this.id = select.id;
    this.found = [];
    this.active = -1;
    this.build();
    this.showChosen();
  }

  build() {
    const label = document.querySelector(`label[for="${this.id}"]`);
    this.name = (label ? label.textContent : this.select.name).replace(/:\s*$/, "").trim();

    this.box = element("div", { class: "kp-choose" });
    this.chosen = element("ul", { class: "kp-choose__chosen", "aria-label": `${this.name}: chosen` });
    this.input = element("input", {
      type: "text",
      role: "combobox",
      class: "kp-choose__input",
      autocomplete: "off",
      spellcheck: "false",
      placeholder: "Type a few letters",
      "aria-autocomplete": "list",
      "aria-expanded": "false",
      "aria-controls": `${this.id}-list`,
    });
    for (const attribute of ["aria-describedby", "aria-invalid"]) {
      if (this.select.hasAttribute(attribute)) {
        this.input.setAttribute(attribute, this.select.getAttribute(attribute));
      }
    }
    if (!label) {
      this.input.setAttribute("aria-label", this.name);
    }
    this.list = element("ul", { id: `${this.id}-list`, class: "kp-choose__list", role: "listbox", "aria-label": this.name });
    this.list.hidden = true;
    this.status = element("p", { class: "kp-choose__status", role: "status" });
    const field = element("div", { class: "kp-choose__field" });
    field.append(this.input, this.list);
    this.box.append(this.chosen, field, this.status);

    // The label and the links of the error summary lead to the id of the control that people use.
    this.select.id = `${this.id}-values`;
    this.input.id = this.id;
    this.select.classList.add("kp-choose__values");
    this.select.tabIndex = -1;
    this.select.setAttribute("aria-hidden", "true");
    this.select.after(this.box);

    this.input.addEventListener("input", () => this.ask());
    this.input.addEventListener("keydown", (event) => this.pressed(event));
    this.input.addEventListener("blur", () => this.close());
    // A press on an option must not take the focus from the field before it is chosen.
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => this.clicked(event));
  }

  options() {
    return [...this.select.options].filter((option) => option.selected && option.value);
  }

  showChosen() {
    this.chosen.replaceChildren(...this.options().map((option) => this.chip(option)));
    this.chosen.hidden = !this.chosen.childElementCount;
  }

  chip(option) {
    const item = element("li");
    const remove = element("button", { type: "button", "aria-label": `Remove ${option.text}` });
    remove.textContent = "×";
    remove.addEventListener("click", () => {
      option.selected = false;
      this.changed(`${option.text} removed`);
      this.input.focus();
    });
    const words = element("span");
    words.textContent = option.text;
    item.append(words, remove);
    return item;
  }

  changed(message) {
    this.select.dispatchEvent(new Event("change", { bubbles: true }));
    this.showChosen();
    this.status.textContent = message;
  }

  ask() {
    clearTimeout(this.waiting);
    if (this.asked) {
      this.asked.abort();
    }
    const typed = this.input.value.trim();
    if (!typed) {
      this.close();
      this.status.textContent = "";
      return;
    }
    this.waiting = setTimeout(() => this.fetch(typed), DELAY);
  }

  async fetch(typed) {
    const address = new URL(this.select.dataset.choose, window.location.href);
    for (const [key, value] of [
      ["term", typed],
      ["app_label", this.select.dataset.appLabel],
      ["model_name", this.select.dataset.modelName],
      ["field_name", this.select.dataset.fieldName],
    ]) {
      address.searchParams.set(key, value);
    }
    this.asked = new AbortController();
    try {
      const response = await fetch(address, { signal: this.asked.signal, headers: { Accept: "application/json" } });
      if (!response.ok) {
        throw new Error(response.statusText);
      }
      const answer = await response.json();
      this.open(answer.results, typed);
    } catch (error) {
      if (error.name !== "AbortError") {
        this.close();
        this.status.textContent = "The list could not be loaded. Try again.";
      }
    }
  }

  open(results, typed) {
    const chosen = new Set(this.options().map((option) => option.value));
    this.found = results.filter((result) => !chosen.has(String(result.id)));
    this.active = -1;
    this.input.removeAttribute("aria-activedescendant");
    this.list.replaceChildren(
      ...this.found.map((result, place) => {
        const option = element("li", { id: `${this.id}-option-${place}`, role: "option", "aria-selected": "false" });
        option.textContent = result.text;
        return option;
      }),
    );
    this.list.hidden = !this.found.length;
    this.input.setAttribute("aria-expanded", String(Boolean(this.found.length)));
    const number = this.found.length;
    this.status.textContent = number
      ? `${number} found. Use the arrow keys to choose.`
      : `Nothing on the list fits “${typed}”.`;
  }

  close() {
    clearTimeout(this.waiting);
    this.list.hidden = true;
    this.active = -1;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }

  pressed(event) {
    if (event.key === "Escape" && !this.list.hidden) {
      event.preventDefault();
      this.close();
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && !this.list.hidden) {
      event.preventDefault();
      const last = this.found.length - 1;
      const step = event.key === "ArrowDown" ? 1 : -1;
      const next = this.active + step;
      this.point(next < 0 ? last : next > last ? 0 : next);
    } else if (event.key === "Enter") {
      // Enter would send the whole form, which nobody means while choosing.
      event.preventDefault();
      if (!this.list.hidden) {
        this.choose(this.active < 0 ? 0 : this.active);
      }
    }
  }

  point(place) {
    this.active = place;
    [...this.list.children].forEach((option, number) => {
      option.setAttribute("aria-selected", String(number === place));
    });
    const option = this.list.children[place];
    option.scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", option.id);
  }

  clicked(event) {
    const option = event.target.closest("[role=option]");
    if (option) {
      this.choose([...this.list.children].indexOf(option));
    }
  }

  choose(place) {
    const result = this.found[place];
    const value = String(result.id);
    if (!this.select.multiple) {
      for (const option of this.select.options) {
        option.selected = false;
      }
    }
    const known = [...this.select.options].find((option) => option.value === value);
    if (known) {
      known.selected = true;
    } else {
      this.select.add(new Option(result.text, value, true, true));
    }
    this.input.value = "";
    this.close();
    this.changed(`${result.text} chosen`);
  }
}

function element(name, attributes = {}) {
  const made = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) {
    made.setAttribute(attribute, value);
  }
  return made;
}
