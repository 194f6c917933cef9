// A small Stripe.js: Stripe(key), elements, a Payment Element in a frame of this origin, confirmPayment and 3-D Secure.
// The card is typed in the frame and never reaches the shop's page; the calls to the API leave from the shop's page.
(() => {
  const ORIGIN = new URL(document.currentScript.src).origin;
  const API = `${ORIGIN}/stripe/v1`;
  let numbers = 0;

  class StripeFailure extends Error {
    constructor(error) {
      super(error.message);
      this.error = error;
    }
  }

  const call = async (key, path, form) => {
    const body = form && new URLSearchParams({ ...form, key });
    const query = form ? "" : `?${new URLSearchParams({ client_secret: path.secret, key })}`;
    let answer;
    try {
      const reply = await fetch(API + (path.url ?? path) + query, { method: form ? "POST" : "GET", body });
      answer = await reply.json();
    } catch {
      throw new StripeFailure({ type: "api_connection_error", message: "We could not reach the payment service. Try again." });
    }
    if (answer.error) throw new StripeFailure(answer.error);
    return answer;
  };

  const answered = async (work) => {
    try {
      return await work();
    } catch (problem) {
      if (problem instanceof StripeFailure) return { error: problem.error };
      throw problem;
    }
  };

  const intentOf = (secret) => String(secret).split("_secret_")[0];

  const look = (node, styles) => Object.assign(node.style, styles);

  class PaymentElement {
    constructor(elements, options) {
      this.elements = elements;
      this.options = options;
      this.listeners = {};
      this.questions = new Map();
      this.number = ++numbers;
      window.addEventListener("message", (event) => this.#hear(event));
    }

    on(event, listener) {
      (this.listeners[event] ??= []).push(listener);
      return this;
    }

    off(event, listener) {
      this.listeners[event] = (this.listeners[event] ?? []).filter((other) => other !== listener);
      return this;
    }

    mount(target) {
      const place = typeof target === "string" ? document.querySelector(target) : target;
      if (!place) throw new Error(`The selector you specified (${target}) applies to no DOM elements.`);
      this.frame = document.createElement("iframe");
      const asked = new URLSearchParams({ locale: this.elements.options.locale ?? "auto", origin: location.origin });
      this.frame.src = `${ORIGIN}/stripe/element?${asked}`;
      this.frame.title = "Secure payment input frame";
      this.frame.allow = "payment *";
      look(this.frame, { border: "0", width: "100%", height: "230px", display: "block", colorScheme: "auto" });
      place.replaceChildren(this.frame);
    }

    unmount() {
      this.frame?.remove();
      this.frame = null;
    }

    destroy() {
      this.unmount();
      this.elements.element = null;
    }

    update(options) {
      Object.assign(this.options, options);
    }

    focus() {
      this.ask("focus");
    }

    clear() {
      this.ask("clear");
    }

    collapse() {}

    ask(question, more = {}) {
      if (!this.frame) throw new Error("The Payment Element is not mounted.");
      const id = `${this.number}.${Math.random()}`;
      this.frame.contentWindow.postMessage({ standin: true, question, id, ...more }, ORIGIN);
      return new Promise((resolve) => this.questions.set(id, resolve));
    }

    #hear(event) {
      if (event.origin !== ORIGIN || event.source !== this.frame?.contentWindow || !event.data?.standin) return;
      const { told, id, detail } = event.data;
      if (told === "answer") {
        this.questions.get(id)?.(detail);
        this.questions.delete(id);
      } else if (told === "height") {
        this.frame.style.height = `${detail}px`;
      } else {
        if (told === "ready") this.ask("appearance", { appearance: this.elements.options.appearance ?? {} });
        for (const listener of this.listeners[told] ?? []) listener({ elementType: "payment", ...detail });
      }
    }
  }

  class Elements {
    constructor(key, options) {
      this.key = key;
      this.options = options;
    }

    create(type, options = {}) {
      if (type !== "payment") throw new Error(`This stand-in draws only the payment element, not ${type}.`);
      this.element = new PaymentElement(this, options);
      return this.element;
    }

    getElement() {
      return this.element ?? null;
    }

    update(options) {
      Object.assign(this.options, options);
      if (options.appearance) this.element?.ask("appearance", { appearance: options.appearance });
    }

    async fetchUpdates() {
      return {};
    }

    async submit() {
      if (!this.element) return { error: { type: "validation_error", message: "There is no payment element." } };
      return this.element.ask("validate");
    }

    async method(params) {
      const answer = await this.element.ask("method", { key: this.key, billing: params?.billing_details ?? {} });
      if (answer.error) throw new StripeFailure(answer.error);
      return answer.paymentMethod;
    }
  }

  // The bank's page in a frame over the shop's page, until it says that it is done.
  const challenge = (url) =>
    new Promise((resolve) => {
      const veil = document.createElement("div");
      look(veil, { position: "fixed", inset: "0", background: "rgb(0 0 0 / 55%)", zIndex: "2147483647", display: "grid", placeItems: "center" });
      const frame = document.createElement("iframe");
      frame.src = url;
      frame.title = "3-D Secure";
      frame.name = "stripe-challenge-frame";
      look(frame, { border: "0", borderRadius: "10px", width: "min(28rem, 94vw)", height: "min(26rem, 90vh)", background: "#fff" });
      veil.append(frame);
      document.body.append(veil);
      frame.focus();
      const hear = (event) => {
        if (event.origin !== ORIGIN || event.source !== frame.contentWindow || event.data?.told !== "3ds-done") return;
        window.removeEventListener("message", hear);
        veil.remove();
        resolve();
      };
      window.addEventListener("message", hear);
    });

  const retrieve = (key, secret) => call(key, { url: `/payment_intents/${intentOf(secret)}`, secret });

  const finish = async (key, secret, intent) => {
    const action = intent.next_action;
    if (intent.status !== "requires_action") return intent;
    if (action?.type === "redirect_to_url") {
      location.assign(action.redirect_to_url.url);
      return new Promise(() => {});
    }
    await challenge(action.use_stripe_sdk.stripe_js);
    const later = await retrieve(key, secret);
    if (later.last_payment_error) throw new StripeFailure({ ...later.last_payment_error, payment_intent: later });
    return later;
  };

  const leave = (address, secret, status) => {
    const url = new URL(address);
    url.searchParams.set("payment_intent", intentOf(secret));
    url.searchParams.set("payment_intent_client_secret", secret);
    url.searchParams.set("redirect_status", status);
    location.assign(url);
    return new Promise(() => {});
  };

  window.Stripe = (key) => ({
    elements: (options = {}) => new Elements(key, options),

    retrievePaymentIntent: (secret) => answered(async () => ({ paymentIntent: await retrieve(key, secret) })),

    createPaymentMethod: ({ elements, params }) => answered(async () => ({ paymentMethod: await elements.method(params) })),

    handleNextAction: ({ clientSecret }) =>
      answered(async () => ({ paymentIntent: await finish(key, clientSecret, await retrieve(key, clientSecret)) })),

    confirmPayment: ({ elements, clientSecret, confirmParams = {}, redirect = "always" }) =>
      answered(async () => {
        const secret = clientSecret ?? elements.options.clientSecret;
        const form = { client_secret: secret, use_stripe_sdk: "true" };
        if (confirmParams.return_url) form.return_url = confirmParams.return_url;
        else if (redirect === "always") throw new Error("confirmPayment() needs confirmParams.return_url.");
        form.payment_method =
          confirmParams.payment_method ?? (await elements.method(confirmParams.payment_method_data)).id;
        const intent = await finish(key, secret, await call(key, `/payment_intents/${intentOf(secret)}/confirm`, form));
        if (redirect === "always") return leave(confirmParams.return_url, secret, "succeeded");
        return { paymentIntent: intent };
      }),
  });
  window.Stripe.version = 3;
})();
