// <cart-drawer>: the cart over the page. It opens when something was added and at the badge, and closes by Escape, its
// button and a click beside it. It also keeps the badge true where no answer of ours could: on a page that comes back
// from the browser's memory, was fetched ahead, or stands in another tab. Without this script the badge leads to the page.
customElements.define("cart-drawer", class extends HTMLElement {
  #leaving = new AbortController();

  connectedCallback() {
    this.dialog = this.querySelector("dialog");
    const { signal } = this.#leaving;
    document.addEventListener("click", (event) => this.#click(event), { signal });
    document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => setTimeout(() => this.#goOn(ctx)), { signal });
    document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
      if (ctx.response?.status < 400) this.#swapped(ctx.sourceElement);
    }, { signal });
    window.addEventListener("pageshow", (event) => {
      if (!event.persisted) return;
      window.dispatchEvent(new Event("shop:again"));
      this.#ask(this.badge);
    }, { signal });
    window.addEventListener("storage", (event) => {
      if (event.key === "cart" && event.newValue !== this.#shown) this.#ask(this.badge);
    }, { signal });
    // A change without an answer may be done all the same: once the line is back the cart is asked, silently.
    document.addEventListener("shop:unanswered", ({ target }) => {
      if (!target.closest("#cart-lines, .buy")) return;
      this.isUnsure = true;
      setTimeout(this.#makeSure, 2000);
    }, { signal });
    window.addEventListener("online", this.#makeSure, { signal });
    this.dialog?.addEventListener("close", () => this.#closed());
    // The cart's own page is never kept, and asking again would lose what is being typed there. When: as in recent.js.
    if (this.dialog) (window.requestIdleCallback ?? setTimeout)(() => this.isConnected && this.#remembered !== this.#shown && this.#ask(this.badge));
  }

  disconnectedCallback() {
    this.#leaving.abort();
    this.#leaving = new AbortController();
  }

  get badge() {
    return document.getElementById("cart-badge");
  }

  get #shown() {
    return this.badge?.querySelector(".header__count")?.textContent ?? "";
  }

  get #remembered() {
    try { return localStorage.getItem("cart") ?? ""; } catch { return this.#shown; }
  }

  #click(event) {
    if (event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const way = event.target.closest("#cart-sum a[href]");
    if (way && document.querySelector("form.htmx-request")) {
      event.preventDefault();
      way.ariaBusy = "true";
      this.way = way;
    }
    if (!this.dialog) return;
    if (window.htmx && event.target.closest("#cart-badge")) {
      event.preventDefault();
      this.#ask(this);
    }
    // The second click of a double click on "Add to cart" lands beside the drawer; it means nothing.
    if (event.target === this.dialog && event.timeStamp - this.openedAt > 500) this.dialog.close();
  }

  // Whoever leaves the cart while a change is being saved leaves once it is; where it was refused, they stay.
  #goOn({ response }) {
    const isSaved = response?.status < 400;
    if (!this.way || (isSaved && document.querySelector("form.htmx-request"))) return;
    this.way.ariaBusy = null;
    if (isSaved && this.way.isConnected) this.way.click();
    this.way = undefined;
  }

  #makeSure = () => {
    if (this.isUnsure && !document.querySelector("form.htmx-request")) this.#ask(this.badge, { type: "every" });
  };

  #ask(source, event) {
    window.htmx?.ajax("GET", this.badge.href, { source, event, target: "#cart-lines", swap: "outerHTML" });
  }

  #swapped(source) {
    if (source.id === "cart-badge") this.isUnsure = false;
    try { localStorage.setItem("cart", this.#shown); } catch { /* a browser that keeps nothing */ }
    const isAdd = source.matches?.(".buy");
    if (!this.dialog || this.dialog.open || (source !== this && !isAdd)) return;
    // What is outside an open dialog can be neither read aloud nor reached, so the notices come in with us.
    this.notices = document.querySelector(".notices");
    this.home = this.notices.parentElement;
    this.notices.querySelector("#notices").replaceChildren();
    this.dialog.append(this.notices);
    this.opener = isAdd && source.querySelector("[type=submit]");
    this.openedAt = performance.now();
    this.dialog.showModal();
    this.querySelector(".cart-line--added")?.scrollIntoView({ block: "center" });
  }

  #closed() {
    this.home.append(this.notices);
    const opener = this.opener?.isConnected ? this.opener : this.badge;
    opener.focus({ preventScroll: true });
  }
});

// <quantity-steps>: the buttons beside a number. A step is saved as what is typed is. In the cart one change goes at a time: a
// number that is chosen before the last answer is here waits for it, and one that could not be saved goes back to what the sum
// counts. Without this script one types, and all numbers belong to one form that is sent at once.
customElements.define("quantity-steps", class extends HTMLElement {
  #leaving = new AbortController();

  connectedCallback() {
    const { signal } = this.#leaving;
    this.input = this.querySelector("input");
    this.addEventListener("click", (event) => {
      const button = event.target.closest("[data-way]");
      if (button && button.ariaDisabled !== "true") this.#step(button.dataset.way);
    }, { signal });
    this.addEventListener("input", this.#mark, { signal });
    for (const ended of ["htmx:after:settle", "htmx:after:swap"]) document.addEventListener(ended, this.#mark, { signal });
    if (!this.closest(".buy")) {
      document.addEventListener("htmx:config:request", this.#asked, { signal });
      document.addEventListener("htmx:finally:request", this.#answered, { signal });
    }
    this.#mark();
  }

  disconnectedCallback() {
    this.#leaving.abort();
    this.#leaving = new AbortController();
  }

  #step(way) {
    this.input[way]();
    for (const event of ["input", "change"]) this.input.dispatchEvent(new Event(event, { bubbles: true }));
  }

  #asked = (event) => {
    if (event.detail.ctx.sourceElement !== this.input.form || !document.querySelector("form.htmx-request")) return;
    event.preventDefault();
    this.waiting = this.input.value;
  };

  #answered = ({ detail: { ctx } }) => {
    const isOurs = ctx.sourceElement === this.input.form && this.input.value === ctx.request.body.get("quantity");
    if (this.waiting === undefined && isOurs) this.input.value = this.input.defaultValue;
    if (this.waiting !== undefined && document.activeElement !== this.input) this.input.value = this.waiting;
    this.#mark();
    // Right after this htmx sends what stands in its queue.
    queueMicrotask(() => {
      if (this.waiting === undefined || document.querySelector("form.htmx-request")) return;
      this.waiting = undefined;
      this.input.dispatchEvent(new Event("change", { bubbles: true }));
    });
  };

  #mark = () => {
    if (window.htmx) this.input.removeAttribute("form");
    const { value, min, max, step } = this.input;
    const highest = max - ((max - min) % step);
    for (const button of this.querySelectorAll("[data-way]")) {
      button.ariaDisabled = String(button.dataset.way === "stepUp" ? value >= highest : value - min <= 0);
    }
  };
});
