/* Warns before somebody is signed out; one key, or a click, is enough to stay. Who is busy is not disturbed: typing in a
 * page counts as activity. Without this file people sign in again when they send a form; it is kept.
 *
 * The server knows when the sign-in ends, other tabs put it off too: so it is asked before anything is said.
 */
(() => {
  "use strict";

  const frame = document.querySelector("[data-session]");
  if (!frame) return;
  const notice = frame.querySelector("[data-words]");
  const words = notice.dataset;
  const live = frame.querySelector("[data-session-live]");
  const text = notice.querySelector("[data-text]");
  const stay = notice.querySelector("[data-stay]");
  const again = notice.querySelector("[data-again]");
  const AGAIN_AFTER = 20;
  // Seconds before the end: a little more than the five minutes that are promised.
  const warning = Math.min(330, Number(frame.dataset.idle) / 2);
  let state = "quiet"; // then "warning", "final" (staying is not possible), "over"
  let wasActive = false;
  let isAsking = false;
  let timer = 0;
  let dueAt = 0;

  const plan = (seconds) => {
    clearTimeout(timer);
    dueAt = Date.now() + seconds * 1000;
    timer = setTimeout(ask, seconds * 1000);
  };

  const token = () => document.querySelector("[name=csrfmiddlewaretoken]")?.value || "";

  /* Ask how long it lasts, or to stay. */
  const ask = async (method = "GET") => {
    if (isAsking) return;
    isAsking = true;
    let isBusy = false;
    clearTimeout(timer);
    try {
      const response = await fetch(words.address, {
        method,
        headers: { Accept: "application/json", ...(method === "POST" ? { "X-CSRFToken": token() } : {}) },
        credentials: "same-origin",
        redirect: "error",
        signal: AbortSignal.timeout(20000),
      });
      if (response.status === 401) over(words.over);
      else if (response.ok) isBusy = heard(await response.json(), method === "POST");
      else plan(AGAIN_AFTER);
    } catch {
      plan(AGAIN_AFTER); // no connection: what is shown stays
    } finally {
      isAsking = false;
    }
    if (isBusy) ask("POST");
  };

  /* Returns whether the person has been busy on this page: that is all the server needs to hear. */
  const heard = (data, isExtended) => {
    if (String(data.person) !== frame.dataset.person) {
      over(words.other);
      return false;
    }
    if (state === "over" || state === "final") renewTokens(data.token);
    if (data.left > warning || isExtended) {
      const said = { warning: words.stayed, final: words.back, over: words.back }[state];
      if (said) quiet(said);
      wasActive = false;
      plan(Math.max(data.left - warning, AGAIN_AFTER));
      return false;
    }
    if (wasActive && data.extendable && state === "quiet") return true;
    warn(data.left, data.extendable);
    return false;
  };

  const warn = (left, isExtendable) => {
    const next = isExtendable ? "warning" : "final";
    const minutes = Math.max(1, Math.floor(left / 60));
    const said = words[minutes === 1 ? `${isExtendable ? "soon" : "final"}One` : isExtendable ? "soon" : "final"];
    show(next, said.replace("NUMBER", minutes), next !== state || minutes === 1);
    plan(Math.min(60, left + 1));
  };

  const over = (said) => show("over", said, state !== "over");

  const show = (next, said, isAnnounced) => {
    state = next;
    text.textContent = said;
    if (isAnnounced) live.textContent = said;
    again.href = `${words.login}?next=${encodeURIComponent(location.pathname + location.search)}`;
    stay.hidden = next !== "warning";
    again.hidden = next === "warning";
    notice.hidden = false;
  };

  const quiet = (said) => {
    if (notice.contains(document.activeElement)) document.getElementById("content").focus({ preventScroll: true });
    state = "quiet";
    notice.hidden = true;
    live.textContent = said;
  };

  /* Signing in again changes the token of every form that is still open. */
  const renewTokens = (fresh) => {
    for (const field of document.querySelectorAll("[name=csrfmiddlewaretoken]")) field.value = fresh;
  };

  const acted = () => {
    wasActive = true;
    if (state === "warning") ask("POST");
  };
  document.addEventListener("keydown", acted);
  document.addEventListener("pointerdown", acted);
  stay.addEventListener("click", acted);

  /* A tab that slept, or from which somebody went to sign in again. */
  const back = () => {
    if (document.visibilityState === "visible" && (state !== "quiet" || Date.now() >= dueAt)) ask();
  };
  window.addEventListener("focus", back);
  document.addEventListener("visibilitychange", back);

  // By the clock of this computer, which may be wrong: a sign-in never lasts longer than from now on.
  plan(Math.max(Math.min(Number(frame.dataset.ends) - Date.now() / 1000, Number(frame.dataset.idle)) - warning, 1));
})();
