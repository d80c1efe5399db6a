/* Autosave of the questionnaire. Without this file the page works the same by its buttons.
 *
 * Each question saves itself: at once after a choice, 800 ms after typing. One save of a question is on its way at a
 * time; what changes meanwhile goes with the next. A save is repeated with the same key until the server has answered,
 * so an answer that was stored but whose acknowledgement got lost is not stored twice. “Saved” is only ever said when
 * the server said so.
 */
(() => {
  "use strict";

  const TYPING_PAUSE = 800;
  const FIRST_RETRY = 1000;
  const LONGEST_RETRY = 30000;
  const TIMEOUT = 20000;
  const REFRESH = "refresh";

  const form = document.querySelector("[data-questionnaire]");
  if (!form) return;
  const words = form.dataset;
  const live = form.querySelector("[data-live]");
  const questions = new Map();
  // Signed out, the server would not know the language of the page.
  const headers = { Accept: "application/json", "Accept-Language": document.documentElement.lang };

  class Question {
    constructor(element) {
      this.key = element.dataset.question;
      this.adopt(element);
      this.saved = this.snapshot();
      this.pending = null; // the save on its way or waiting to be repeated: {body, key, text}
      this.flying = false;
      this.timer = 0;
      this.retryIn = FIRST_RETRY;
      this.blocked = Boolean(element.querySelector(".conflict"));
      this.waiters = [];
    }

    adopt(element) {
      this.element = element;
      this.version = element.querySelector(`[name="${this.key}-version"]`);
      this.state = element.querySelector("[data-state]");
      const add = element.querySelector("[data-add-link]");
      if (!add) return; // a rating of one's own has no evidence
      add.hidden = false;
      add.addEventListener("click", () => this.addLink());
    }

    /* Everything typed, as the server gets it; the version is not part of it. */
    snapshot() {
      const text = new URLSearchParams();
      for (const field of this.element.querySelectorAll("input, textarea")) {
        if (!field.name || field === this.version || field.closest(".conflict")) continue;
        if (field.type === "radio" && !field.checked) continue;
        text.append(field.name, field.value);
      }
      return text.toString();
    }

    get lacksReason() {
      const chosen = this.element.querySelector(`[name="${this.key}-level"]:checked`);
      const reason = this.element.querySelector(`[name="${this.key}-reason"]`);
      return chosen?.value === "na" && reason !== null && reason.value.replace(/\s/g, "").length < 10;
    }

    get isDirty() {
      return this.pending !== null || this.blocked || this.snapshot() !== this.saved;
    }

    /* Something was changed: save when the pause is over. */
    changed(pause) {
      clearTimeout(this.timer);
      if (this.blocked) {
        // Refused again, it comes back with what is typed now.
        this.timer = setTimeout(() => this.save(REFRESH), pause);
        return;
      }
      // “Not applicable” waits for its reason instead of being refused at once.
      if (this.lacksReason) return this.say(words.reason, "waiting");
      if (!this.flying) this.say(words.unsaved, "waiting");
      this.timer = setTimeout(() => this.save(), pause);
    }

    save(resolution = "") {
      clearTimeout(this.timer);
      if (this.flying || (this.blocked && !resolution && !this.pending)) return;
      if (!this.pending || resolution) {
        const text = this.snapshot();
        if (text === this.saved && !resolution) return this.settle(true);
        const body = new URLSearchParams(text);
        body.set(this.version.name, this.version.value);
        body.set("request_key", crypto.randomUUID ? crypto.randomUUID() : uuid());
        body.set("signed_in_as", form.elements.signed_in_as.value);
        if (resolution && resolution !== REFRESH) {
          body.set(`${this.key}-resolve`, resolution);
          for (const field of this.element.querySelectorAll(".conflict [name]")) {
            if (field.type !== "submit") body.set(field.name, field.value);
          }
        }
        this.pending = { body, text, resolution };
      }
      return this.send();
    }

    async send() {
      this.flying = true;
      this.say(words.saving, "saving");
      let response = null;
      let data = {};
      try {
        response = await fetch(words.save.replace("QUESTION", this.key), {
          method: "POST",
          body: this.pending.body,
          headers: { ...headers, "X-CSRFToken": token() },
          credentials: "same-origin",
          redirect: "error",
          signal: AbortSignal.timeout(TIMEOUT),
        });
        if ((response.headers.get("Content-Type") || "").includes("json")) data = await response.json();
      } catch {
        response = null; // no connection, or the acknowledgement got lost: the same save goes out again
      }
      this.flying = false;
      this.answered(response ? response.status : 0, data);
    }

    answered(status, data) {
      if (status === 200 && data.version !== undefined) return this.accepted(data);
      if (status === 409) return this.conflict(data);
      if (status === 422) return this.refused(data);
      if (status === 401) return this.signIn(data);
      if (status === 403) return this.renewToken();
      if (status === 404) return this.giveUp(words.forbidden);
      if ([400, 410, 413].includes(status)) return this.giveUp(data.message || words.failed);
      return this.tryLater(status === 0 ? words.waiting : data.message || words.failed);
    }

    accepted(data) {
      this.saved = this.pending.text;
      this.pending = null;
      this.retryIn = FIRST_RETRY;
      this.blocked = false;
      // Typed on while the decision was on its way: with the old version it becomes a conflict to decide again.
      if (data.html && this.snapshot() !== this.saved) return this.save();
      this.version.value = data.version;
      this.showErrors({});
      for (const bar of data.progress || []) showProgress(bar);
      if (data.html) this.replaceBy(data.html);
      else this.element.querySelector("[data-conflict]")?.replaceChildren();
      if (this.snapshot() !== this.saved) return this.save();
      this.say(data.message, "saved");
      this.settle(true);
    }

    /* Both are shown and the person decides; until then nothing of this question is sent. */
    conflict(data) {
      const { text, resolution } = this.pending;
      this.pending = null;
      this.blocked = true;
      const place = this.element.querySelector("[data-conflict]");
      const merged = place.querySelector("textarea");
      // Whoever has begun to join both texts keeps that.
      const isEdited = merged && merged.value !== merged.defaultValue;
      if (!isEdited || resolution !== REFRESH) place.replaceChildren(fragment(data.html));
      this.say(data.message, "failed");
      this.settle(false);
      if (this.snapshot() !== text) this.changed(0);
    }

    /* The text stays; it is sent again as soon as it is changed. */
    refused(data) {
      const isNewer = this.snapshot() !== this.pending.text;
      this.pending = null;
      if (isNewer) return this.save();
      this.showErrors(data.errors || {});
      this.say(data.message, "failed");
      this.settle(false);
    }

    signIn(data) {
      this.say(data.message, "failed");
      const link = document.createElement("a");
      link.href = data.login;
      link.target = "_blank";
      link.rel = "opener";
      link.textContent = words.signIn;
      this.state.append(link, this.retryButton());
      this.schedule(5000);
      this.settle(false);
    }

    /* Signing in again changes the token of the forms. A refusal with a fresh token is a real one. */
    async renewToken() {
      let response = null;
      let data = {};
      try {
        response = await fetch(words.save.replace("QUESTION", this.key), {
          headers,
          credentials: "same-origin",
          signal: AbortSignal.timeout(TIMEOUT),
        });
        data = await response.json();
      } catch {
        return response ? this.giveUp(words.forbidden) : this.tryLater(words.waiting);
      }
      if (response.status === 401) return this.signIn(data);
      if (!data.token || this.renewed) return this.giveUp(words.forbidden);
      this.renewed = true;
      for (const field of document.querySelectorAll("[name=csrfmiddlewaretoken]")) field.value = data.token;
      await this.send();
      this.renewed = false;
    }

    tryLater(message) {
      this.say(message, "failed");
      this.state.append(this.retryButton());
      this.schedule(this.retryIn);
      this.retryIn = Math.min(this.retryIn * 2, LONGEST_RETRY);
      this.settle(false);
    }

    giveUp(message) {
      this.say(message, "failed");
      this.state.append(this.retryButton());
      this.settle(false);
    }

    schedule(pause) {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.save(), pause);
    }

    retryButton() {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = words.retry;
      button.addEventListener("click", () => this.save());
      return button;
    }

    replaceBy(html) {
      const next = fragment(html).querySelector("[data-question]");
      this.element.replaceWith(next);
      this.adopt(next);
      this.saved = this.snapshot();
      next.focus({ preventScroll: true });
    }

    showErrors(errors) {
      for (const place of this.element.querySelectorAll("[data-error]")) {
        const messages = errors[place.dataset.error] || [];
        place.replaceChildren(...messages.map(errorNote));
        const field = this.element.querySelector(`[name="${this.key}-${place.dataset.error}"]`);
        if (field && field.type !== "radio") field.toggleAttribute("aria-invalid", messages.length > 0);
        if (field && field.hasAttribute("aria-invalid")) field.setAttribute("aria-invalid", "true");
      }
    }

    addLink() {
      const rows = this.element.querySelectorAll("[data-row]");
      const row = rows[rows.length - 1].cloneNode(true);
      for (const field of row.querySelectorAll("input")) {
        const name = field.name;
        field.value = "";
        field.id = `${name}-${rows.length}`;
        field.parentElement.querySelector("label").htmlFor = field.id;
      }
      rows[rows.length - 1].after(row);
      row.querySelector("input").focus();
    }

    say(message, kind) {
      if (this.state.dataset.kind !== kind || this.state.textContent !== message) {
        this.state.textContent = message;
        this.state.dataset.kind = kind;
      }
      if (kind !== "waiting") live.textContent = `${this.key}: ${message}`;
    }

    /* Resolves to whether everything typed has been saved. */
    flush() {
      if (!this.isDirty) return Promise.resolve(true);
      if (this.blocked) return Promise.resolve(false);
      const done = new Promise((resolve) => this.waiters.push(resolve));
      this.save();
      return done;
    }

    settle(isSaved) {
      for (const waiter of this.waiters.splice(0)) waiter(isSaved);
    }
  }

  const token = () => form.querySelector("[name=csrfmiddlewaretoken]").value;

  const uuid = () => {
    // Outside a secure context there is no randomUUID.
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 15) | 64;
    bytes[8] = (bytes[8] & 63) | 128;
    const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  };

  const fragment = (html) => {
    const template = document.createElement("template");
    template.innerHTML = html;
    return template.content;
  };

  const errorNote = (message) => {
    const note = document.createElement("p");
    note.className = "kern-error";
    note.textContent = message;
    return note;
  };

  const showProgress = (bar) => {
    const element = document.getElementById(bar.id);
    if (!element) return;
    element.value = bar.value;
    element.max = bar.max;
    element.labels[0].textContent = bar.text;
  };

  const questionOf = (target) => {
    const element = target.closest("[data-question]");
    return element ? questions.get(element.dataset.question) : undefined;
  };

  const all = () => [...questions.values()];

  for (const element of form.querySelectorAll("[data-question]")) {
    questions.set(element.dataset.question, new Question(element));
  }

  form.addEventListener("input", (event) => {
    const question = questionOf(event.target);
    if (question && !event.target.closest(".conflict")) {
      question.changed(event.target.type === "radio" ? 0 : TYPING_PAUSE);
    }
  });

  form.addEventListener("focusout", (event) => {
    const question = questionOf(event.target);
    if (!question || event.target.type === "radio" || event.target.closest(".conflict")) return;
    if (question.isDirty && !question.pending) question.save();
  });

  form.addEventListener("click", (event) => {
    const button = event.target.closest("button[name$='-resolve']");
    if (!button) return;
    event.preventDefault();
    questionOf(button).save(button.value);
  });

  form.addEventListener("keydown", async (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    const question = questionOf(event.target);
    if (!question) return;
    event.preventDefault();
    question.flush();
    const list = all();
    const next = list[list.indexOf(question) + 1];
    const target = next
      ? next.element.querySelector("[type=radio]:checked") || next.element.querySelector("[type=radio]")
      : form.querySelector("[name=then][value=next]") || form.querySelector("[name=then][value=list]");
    target.focus();
    target.closest("section, div").scrollIntoView({ block: "start" });
  });

  /* The buttons of the page: first everything is saved, then they lead on. */
  form.addEventListener("submit", async (event) => {
    if (form.dataset.flushed) return;
    event.preventDefault();
    const submitter = event.submitter;
    const results = await Promise.all(all().map((question) => question.flush()));
    if (results.every(Boolean)) {
      form.dataset.flushed = "yes";
      // Not before this event is over: a form that is being submitted ignores the request.
      setTimeout(() => form.requestSubmit(submitter));
    } else {
      const first = all().find((question) => question.isDirty);
      first.element.scrollIntoView({ block: "center" });
      first.element.focus({ preventScroll: true });
    }
  });

  const again = () => {
    for (const question of all()) if (question.pending && !question.flying) question.save();
  };
  window.addEventListener("online", again);
  window.addEventListener("focus", again);

  window.addEventListener("beforeunload", (event) => {
    if (!form.dataset.flushed && all().some((question) => question.isDirty)) event.preventDefault();
  });
})();
