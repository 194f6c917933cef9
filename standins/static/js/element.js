// Inside the Payment Element's frame: checks what is typed, makes a payment method of it, tells the page around it.
const form = document.querySelector("form");
const page = new URLSearchParams(location.search).get("origin");
const field = (name) => form.elements[name];
const digits = (name) => field(name).value.replace(/\D/g, "");
const tell = (told, more = {}) => parent.postMessage({ standin: true, told, ...more }, page);

const passesLuhn = (number) =>
  [...number].reverse().reduce((sum, digit, place) => {
    const value = Number(digit) * (1 + (place % 2));
    return sum + (value > 9 ? value - 9 : value);
  }, 0) % 10 === 0;

const expiry = () => {
  const [month, year] = [Number(digits("expiry").slice(0, 2)), 2000 + Number(digits("expiry").slice(2, 4))];
  return { month, year, past: new Date(year, month) <= new Date() };
};

// Each gives the message of what is wrong, from the form's own words, or nothing.
const checks = {
  number: () => (digits("number").length < 12 ? "incomplete" : passesLuhn(digits("number")) ? "" : "invalid"),
  expiry: () => (digits("expiry").length < 4 ? "incomplete" : expiry().month < 1 || expiry().month > 12 ? "invalid" : expiry().past ? "past" : ""),
  cvc: () => (digits("cvc").length < 3 ? "incomplete" : ""),
};

const mark = (name) => {
  const wrong = checks[name]();
  const words = wrong ? field(name).dataset[wrong] : "";
  field(name).toggleAttribute("aria-invalid", Boolean(wrong));
  document.getElementById(`${name}-error`).textContent = words;
  return words;
};

const measure = () => tell("height", { detail: Math.ceil(document.documentElement.getBoundingClientRect().height) + 4 });

const grouped = {
  number: (value) => value.slice(0, 19).replace(/(\d{4})(?=\d)/g, "$1 "),
  expiry: (value) => value.slice(0, 4).replace(/^(\d\d)(?=\d)/, "$1 / "),
  cvc: (value) => value.slice(0, 4),
};

form.addEventListener("input", (event) => {
  const { name, value, selectionStart } = event.target;
  // Only when typing at the end: a caret in the middle must not jump.
  if (selectionStart === value.length && event.inputType !== "deleteContentBackward") {
    event.target.value = grouped[name](digits(name));
  }
  if (event.target.hasAttribute("aria-invalid")) mark(name);
  const complete = Object.values(checks).every((check) => !check());
  tell("change", { detail: { complete, empty: !form.elements.number.value, collapsed: false, value: { type: "card" } } });
  measure();
});
form.addEventListener("focusout", (event) => {
  if (event.target.value) mark(event.target.name);
  tell("blur");
  measure();
});
form.addEventListener("focusin", () => tell("focus"));
form.addEventListener("submit", (event) => event.preventDefault());

const validate = () => {
  const [wrong] = Object.keys(checks).filter((name) => mark(name));
  measure();
  if (!wrong) return {};
  field(wrong).focus();
  return { error: { type: "validation_error", code: `${checks[wrong]()}_${wrong}`, message: mark(wrong) } };
};

const makeMethod = async ({ key, billing }) => {
  const wrong = validate();
  if (wrong.error) return wrong;
  const body = new URLSearchParams({ key, type: "card", "card[number]": digits("number"), "card[cvc]": digits("cvc") });
  body.set("card[exp_month]", expiry().month);
  body.set("card[exp_year]", expiry().year);
  for (const name of ["name", "email", "phone"]) if (billing[name]) body.set(`billing_details[${name}]`, billing[name]);
  for (const [name, value] of Object.entries(billing.address ?? {})) {
    if (value) body.set(`billing_details[address][${name}]`, value);
  }
  const answer = await (await fetch("/stripe/v1/payment_methods", { method: "POST", body })).json();
  return answer.error ? answer : { paymentMethod: answer };
};

// Stripe's appearance variables that this element knows, by the custom property each sets.
const VARIABLES = {
  colorPrimary: "--accent", colorBackground: "--ground", colorText: "--ink", colorDanger: "--wrong",
  colorTextSecondary: "--faint", fontFamily: "--font", fontSizeBase: "--size", borderRadius: "--radius",
};
const dress = ({ appearance }) => {
  document.documentElement.classList.toggle("night", appearance.theme === "night");
  for (const [name, property] of Object.entries(VARIABLES)) {
    const value = appearance.variables?.[name];
    if (value) document.documentElement.style.setProperty(property, value);
  }
  measure();
  return {};
};

const answers = {
  validate,
  method: makeMethod,
  appearance: dress,
  focus: () => field("number").focus(),
  clear: () => form.reset(),
};
window.addEventListener("message", async (event) => {
  if (event.source !== parent || event.origin !== page || !event.data?.standin) return;
  const detail = await answers[event.data.question](event.data);
  tell("answer", { id: event.data.id, detail });
});
new ResizeObserver(measure).observe(document.body);
tell("ready");
measure();
