// The list under a search box: topics and titles that go on as typed. Without it the form works as it is.
// Follows the combobox pattern of the ARIA Authoring Practices: the focus stays in the box, arrow keys choose.

const WAIT = 180;
const SHORTEST = 2;
let lists = 0;

class Suggestions {
  constructor(input) {
    this.input = input;
    this.chosen = -1;
    this.list = document.createElement("ul");
    this.list.className = "kp-suggestions";
    this.list.id = `suggestions-${++lists}`;
    this.list.hidden = true;
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", "Suggestions");
    this.status = document.createElement("span");
    this.status.className = "nhsuk-u-visually-hidden";
    this.status.setAttribute("role", "status");
    input.after(this.list, this.status);
    input.parentElement.classList.add("kp-suggestions-around");
    for (const [name, value] of Object.entries({
      role: "combobox",
      "aria-autocomplete": "list",
      "aria-expanded": "false",
      "aria-controls": this.list.id,
    })) {
      input.setAttribute(name, value);
    }
    input.addEventListener("input", () => this.askSoon());
    input.addEventListener("keydown", (event) => this.onKey(event));
    input.addEventListener("blur", () => this.close());
    // Before the box loses the focus, which would close the list.
    this.list.addEventListener("mousedown", (event) => {
      event.preventDefault();
      const option = event.target.closest("[role=option]");
      if (option) location.assign(option.dataset.href);
    });
  }

  get options() {
    return [...this.list.children];
  }

  askSoon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), WAIT);
  }

  async ask() {
    this.request?.abort();
    const words = this.input.value.trim();
    if (words.length < SHORTEST) {
      this.close();
      return;
    }
    this.request = new AbortController();
    try {
      const address = `${this.input.dataset.suggestions}?${new URLSearchParams({ q: words })}`;
      const answer = await fetch(address, { signal: this.request.signal });
      if (answer.ok) this.show(await answer.text());
    } catch {
      // Typed on, or no network: the form still works.
      this.close();
    }
  }

  show(html) {
    if (document.activeElement !== this.input) return;
    this.list.innerHTML = html;
    for (const [place, option] of this.options.entries()) option.id = `${this.list.id}-${place}`;
    const number = this.options.length;
    this.choose(-1);
    this.list.hidden = number === 0;
    this.input.setAttribute("aria-expanded", String(number > 0));
    this.status.textContent = number ? `${number} suggestion${number === 1 ? "" : "s"}` : "";
  }

  close() {
    clearTimeout(this.timer);
    this.request?.abort();
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.choose(-1);
  }

  choose(place) {
    this.chosen = place;
    for (const [number, option] of this.options.entries()) {
      option.setAttribute("aria-selected", String(number === place));
    }
    const option = this.options[place];
    if (option) {
      this.input.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    } else {
      this.input.removeAttribute("aria-activedescendant");
    }
  }

  onKey(event) {
    if (event.key === "Escape" && !this.list.hidden) {
      event.preventDefault();
      this.close();
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && !this.list.hidden) {
      event.preventDefault();
      const number = this.options.length;
      // One place more than there are options: the box itself.
      const step = event.key === "ArrowDown" ? 1 : -1;
      this.choose(((this.chosen + 1 + step + number + 1) % (number + 1)) - 1);
    } else if (event.key === "Enter" && this.chosen >= 0) {
      event.preventDefault();
      location.assign(this.options[this.chosen].dataset.href);
    } else if (event.key === "Enter") {
      this.close();
    }
  }
}

export function startSuggestions(scope) {
  for (const input of scope.querySelectorAll("input[data-suggestions]")) new Suggestions(input);
}
