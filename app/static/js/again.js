// A page that comes back from the browser's memory may be older than an order or a payment that came of it: it is asked for anew,
// at the address that its script names, for its own may be that of something sent. Not where one types: that would be lost.
const { at } = document.currentScript.dataset;
window.addEventListener("pageshow", (event) => event.persisted && location.replace(at));
