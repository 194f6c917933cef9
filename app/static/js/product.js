// <product-gallery>: the thumbnails' links scroll the row of pictures without moving the page, arrow keys turn it, the
// thumbnail of the picture in view is marked, and another `data-current` (of the variant chosen) is scrolled to. A swap
// brings the mark of the variant's own picture, whatever is in view: it is set right again.
// Without this script links and swiping do the same, less smoothly.
customElements.define("product-gallery", class extends HTMLElement {
  static observedAttributes = ["data-current"];

  connectedCallback() {
    this.track = this.querySelector("[data-track]");
    this.addEventListener("click", (event) => {
      const thumb = event.target.closest("a[data-thumb]");
      if (!thumb || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      this.show(this.#thumbs.indexOf(thumb));
    });
    this.track.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (!step) return;
      event.preventDefault();
      this.show(this.place + (this.matches(":dir(rtl)") ? -step : step));
    });
    this.observer = new IntersectionObserver((entries) => {
      for (const entry of entries) if (entry.isIntersecting) this.#mark([...this.track.children].indexOf(entry.target));
    }, { root: this.track, threshold: 0.6 });
    for (const slide of this.track.children) this.observer.observe(slide);
    document.addEventListener("htmx:after:swap", this.#remark);
    if (this.dataset.current > 1) this.show(this.dataset.current - 1); // no layout for the first
  }

  disconnectedCallback() {
    this.observer?.disconnect();
    document.removeEventListener("htmx:after:swap", this.#remark);
  }

  attributeChangedCallback(_name, before, now) {
    if (this.track && before !== now) this.show(now - 1);
  }

  show(place) {
    const slide = this.track.children[place];
    if (slide) this.track.scrollBy({ left: slide.getBoundingClientRect().left - this.track.getBoundingClientRect().left });
  }

  get #thumbs() {
    return [...this.querySelectorAll("a[data-thumb]")];
  }

  #remark = () => this.#mark(this.place);

  #mark(place) {
    this.place = place;
    this.#thumbs.forEach((thumb, index) => {
      if (index === place) thumb.setAttribute("aria-current", "true");
      else thumb.removeAttribute("aria-current");
    });
  }
});

// <picture-zoom>: opens a gallery's picture over the page, as large as the window; a click shows it twice that size, to
// look around in. Arrow keys and buttons turn, Escape and a click beside it close. Without this script the picture's link opens its file.
customElements.define("picture-zoom", class extends HTMLElement {
  connectedCallback() {
    this.dialog = this.querySelector("dialog");
    this.stage = this.querySelector("[data-stage]");
    this.gallery = this.closest("product-gallery");
    this.gallery.addEventListener("click", (event) => {
      const link = event.target.closest(".gallery__zoom");
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      this.#show(this.#links.indexOf(link));
      this.dialog.showModal();
    });
    this.dialog.addEventListener("click", (event) => {
      const step = event.target.closest("[data-step]");
      if (step) this.#turn(Number(step.dataset.step));
      else if (event.target.closest("img")) this.#toggle(event);
      else if (event.target === this.stage) this.dialog.close();
    });
    this.dialog.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (!step || this.stage.classList.contains("zoom__stage--near")) return;
      event.preventDefault();
      this.#turn(this.matches(":dir(rtl)") ? -step : step);
    });
    this.dialog.addEventListener("close", () => this.gallery.show(this.place));
  }

  get #links() {
    return [...this.gallery.querySelectorAll(".gallery__zoom")];
  }

  #turn(step) {
    this.#show((this.place + step + this.#links.length) % this.#links.length);
  }

  #show(place) {
    const picture = this.#links[place].querySelector("picture").cloneNode(true);
    for (const source of picture.querySelectorAll("[sizes]")) source.sizes = "200vw";
    picture.querySelector("img").loading = "eager";
    picture.className = "zoom__picture";
    this.stage.replaceChildren(picture);
    this.stage.classList.remove("zoom__stage--near");
    this.place = place;
    const output = this.querySelector("output");
    if (output) output.value = `${place + 1} / ${this.#links.length}`;
  }

  // What was clicked stays under the pointer.
  #toggle(event) {
    const box = event.target.getBoundingClientRect();
    const across = (event.clientX - box.left) / box.width, down = (event.clientY - box.top) / box.height;
    this.stage.classList.toggle("zoom__stage--near");
    const grown = event.target.getBoundingClientRect();
    this.stage.scrollBy(grown.left + across * grown.width - event.clientX, grown.top + down * grown.height - event.clientY);
  }
});

// <share-link>: hands the page's address, which names the choice, to the system's share sheet, or copies it.
customElements.define("share-link", class extends HTMLElement {
  connectedCallback() {
    if (!navigator.share && !navigator.clipboard) return this.remove();
    this.querySelector("button").addEventListener("click", () => this.#share());
  }

  async #share() {
    const url = location.href;
    if (navigator.share) return navigator.share({ title: document.title, url }).catch(() => {});
    await navigator.clipboard.writeText(url);
    this.querySelector("[role=status]").textContent = "The link is copied.";
  }
});
