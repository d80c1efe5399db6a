// Asks before the page is left with answers on it: the server keeps none. The buttons of the form take them along.
(() => {
  const form = document.querySelector("[data-quick-check]");
  if (!form) return;
  let isSending = false;

  const hasAnswers = () =>
    [...new FormData(form)].some(([name, value]) => /-(level|reason|rationale|name|summary)$/.test(name) && value);

  document.addEventListener("submit", (event) => {
    if (event.target !== form) return;
    isSending = true;
    // A download leaves the page as it is; the next farewell is asked about again.
    setTimeout(() => { isSending = false; }, 3000);
  });

  window.addEventListener("beforeunload", (event) => {
    if (!isSending && hasAnswers()) event.preventDefault();
  });
})();
