// What htmx's answers do to a page: where none came, or a stranger's, it says so; what one took is given back.

// <shop-notices>: can be closed, forgets good news that has faded, and says so when the shop cannot be reached, which no server can say for itself.
// What somebody else answers in the shop's stead (a proxy, a hotel's network) is kept out of the page. A refusal that the server
// did word arrives as an <hx-partial> and needs nothing from here. A form may hold words of its own. What nobody pressed (a page
// that asks by itself, suggestions) fails without a word.
customElements.define("shop-notices", class extends HTMLElement {
  #leaving = new AbortController();
  // A panel that is open over the page would hide them.
  #watch = new MutationObserver(() => this.firstElementChild && document.querySelector(":popover-open")?.hidePopover());

  connectedCallback() {
    const { signal } = this.#leaving;
    this.nextElementSibling.addEventListener("click", () => this.replaceChildren(), { signal });
    this.addEventListener("animationend", () => this.replaceChildren(), { signal });
    this.#watch.observe(this, { childList: true });
    document.addEventListener("htmx:error", ({ detail: { ctx } }) => {
      if (ctx?.request && !this.#isWorded(ctx)) this.#show(ctx);
    }, { signal });
    document.addEventListener("htmx:after:request", (event) => {
      const { ctx } = event.detail;
      if (ctx.response.status >= 400) this.#takeBack(ctx);
      const isRefused = ctx.response.status >= 400 && this.#isUnasked(ctx);
      if (this.#isOurs(ctx) && !isRefused && (ctx.response.status < 500 || this.#isWorded(ctx))) return;
      event.preventDefault();
      this.#show(ctx);
    }, { signal });
  }

  disconnectedCallback() {
    this.#watch.disconnect();
    this.#leaving.abort();
    this.#leaving = new AbortController();
  }

  #isWorded(ctx) {
    return ctx.text?.includes("<hx-partial");
  }

  // Nobody pressed anything for it.
  #isUnasked({ sourceEvent }) {
    return ["every", "input", "shop:unanswered", "htmx:response:error"].includes(sourceEvent?.type);
  }

  // A part of a page is never a whole one, and never anything but HTML.
  #isOurs({ request, response, text }) {
    if (!text || request.headers["HX-Request-Type"] !== "partial") return true;
    return response.headers.get("Content-Type")?.startsWith("text/html") && !/^\s*<(!doctype|html)/i.test(text);
  }

  // What a list was not narrowed or ordered by stands as chosen no longer; what was typed stays.
  #takeBack({ sourceElement: form }) {
    if (form.id !== "list-form") return;
    for (const box of form.querySelectorAll("[type=checkbox]")) box.checked = box.defaultChecked;
    for (const option of form.querySelectorAll("option")) option.selected = option.defaultSelected;
  }

  #show(ctx) {
    const { sourceElement } = ctx;
    this.#takeBack(ctx);
    sourceElement.dispatchEvent(new Event("shop:unanswered", { bubbles: true }));
    if (this.#isUnasked(ctx)) return;
    const words = sourceElement.querySelector("template[data-notice]") ?? document.querySelector("body > template[data-notice]");
    if (words) this.replaceChildren(words.content.cloneNode(true));
  }
});

// What htmx disables while it asks, or an answer takes away, loses the focus, and whoever has no mouse starts again at the top
// of the page. It gets the focus back; what is gone leaves it to the part that came instead.
document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
  if (ctx.sourceElement.contains(document.activeElement)) ctx.focused = document.activeElement;
});

for (const ended of ["htmx:after:swap", "htmx:finally:request"]) {
  // htmx enables its buttons right after the last of these.
  document.addEventListener(ended, ({ detail: { ctx } }) => queueMicrotask(() => {
    if (!ctx.focused || document.activeElement !== document.body) return;
    if (ctx.focused.isConnected) return ctx.focused.focus({ preventScroll: true });
    const part = document.getElementById(ctx.target?.id);
    part?.setAttribute("tabindex", "-1");
    part?.focus({ preventScroll: true });
  }));
}

// What is typed into a form while its answer is on the way stands in the fields that the answer brings, as soon as they are
// there: once htmx says that it has swapped, somebody may have typed on in them.
document.addEventListener("htmx:before:swap", ({ detail: { ctx, tasks } }) => {
  const { form, body } = ctx.request;
  const fields = new Set(body?.get && form?.elements);
  for (const task of tasks) task.old = { fields, body };
});

document.addEventListener("htmx:before:settle", ({ detail: { task: { old } } }) => {
  for (const { id, type, name, value, isConnected } of old?.fields ?? []) {
    if (isConnected || !id || !/^(text|search|email|tel|number|select|textarea)/.test(type) || value === (old.body.get(name) ?? "")) continue;
    const field = document.getElementById(id);
    if (!field || (field.options && ![...field.options].some((option) => option.value === value))) continue;
    field.value = value;
  }
});
