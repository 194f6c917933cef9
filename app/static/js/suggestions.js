// <search-suggestions>: the keyboard and the words for screen readers of the suggestions that htmx brings (a combobox:
// https://www.w3.org/WAI/ARIA/apg/patterns/combobox/). Without this script the box simply searches.
customElements.define("search-suggestions", class extends HTMLElement {
  connectedCallback() {
    this.input = this.querySelector("input[type=search]");
    const says = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": "suggestions" };
    for (const [name, value] of Object.entries(says)) this.input.setAttribute(name, value);
    this.addEventListener("keydown", (event) => this.press(event));
    this.addEventListener("htmx:after:swap", () => this.open(true));
    this.addEventListener("focusin", () => this.open(true));
    this.addEventListener("focusout", (event) => this.contains(event.relatedTarget) || this.open(false));
  }

  get options() {
    return [...this.querySelectorAll("[role=option]")];
  }

  open(wanted) {
    const isOpen = wanted && this.options.length > 0 && this.input.value.trim().length > 1 && this.contains(document.activeElement);
    this.toggleAttribute("data-open", isOpen);
    this.input.setAttribute("aria-expanded", String(isOpen));
    this.choose(-1);
    return isOpen;
  }

  choose(place) {
    this.options.forEach((option, number) => option.setAttribute("aria-selected", String(number === place)));
    const chosen = this.options[place];
    if (chosen) this.input.setAttribute("aria-activedescendant", chosen.id);
    else this.input.removeAttribute("aria-activedescendant");
    chosen?.scrollIntoView({ block: "nearest" });
  }

  press(event) {
    if (event.target !== this.input || event.isComposing) return;
    const isOpen = this.hasAttribute("data-open");
    const options = this.options;
    const place = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (!isOpen && !this.open(true)) return;
      const step = event.key === "ArrowDown" ? 1 : -1;
      const count = options.length + 1; // one place more: back in the box, nothing chosen
      this.choose(((place + 1 + step + count) % count) - 1);
    } else if (event.key === "Escape" && isOpen) {
      this.open(false);
    } else if (event.key === "Enter" && isOpen && place >= 0) {
      options[place].click();
    } else {
      return;
    }
    event.preventDefault();
  }
});
