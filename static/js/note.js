// Saves a note on the server while it is typed, where its form finds it again. Never overwrites unasked.
{
  const PAUSE = 500;
  const LONGEST = 2000;
  const NEAR = 200; // characters before that
  const MOST = 10_000;
  const drafts = new Map(); // by address: the typed text, and the base: the text known to be on the server
  const plurals = new Intl.PluralRules(document.documentElement.lang);
  const place = () => pick("[data-draft]");
  const find = () => drafts.get(place()?.dataset.draft);
  const size = (text) => [...text].length; // as the server counts
  const isSaved = (one) => one.text === one.base;

  const counted = (here, text) => {
    const left = LONGEST - size(text.trim());
    const many = Math.abs(left);
    const name = `data-${left < 0 ? "over" : "left"}-${plurals.select(many)}`;
    const words = left > NEAR ? "" : here.getAttribute(name).replace("{n}", many);
    here.querySelector("textarea").setCustomValidity(left < 0 ? `${here.dataset.long} ${words}` : "");
    return words;
  };

  const show = (one) => {
    if (find() !== one) return;
    const here = place();
    const field = here.querySelector("textarea");
    if (field.value !== one.text) field.value = one.text;
    here.querySelector("[name=draft]").value = one.version;
    here.querySelector("blockquote").textContent = one.other?.text;
    for (const part of here.querySelectorAll("[data-said]")) part.hidden = !part.dataset.said.split(" ").includes(one.said);
    here.querySelector(".draft-left").textContent = counted(here, one.text);
  };

  const ask = async (address, body) => {
    try {
      const response = await fetchPart(address, { body, keepalive: true });
      return { status: response.status, told: await response.json().catch(() => undefined) }; // else it is not ours
    } catch {
      return { status: 0 };
    }
  };

  const take = (one, { text, version }) => {
    Object.assign(one, { text, version, base: text, other: null, said: "" });
    show(one);
  };

  const catchUp = async (one) => {
    const { told } = await ask(one.address);
    if (told && isSaved(one) && told.version > one.version) take(one, told);
  };

  const send = async (one, isAgain) => {
    const body = new FormData();
    const csrf = pick("[name=csrfmiddlewaretoken]").value;
    const fields = { csrfmiddlewaretoken: one.csrf ?? csrf, act: one.act, note: one.text, draft: one.version };
    if (one.saving) fields.before = one.sent; // the server has not answered it yet
    for (const name in fields) body.append(name, fields[name]);
    one.sent = one.text;
    const { status, told } = await ask(one.address, body);
    if (status !== 403 || isAgain) return { status, told };
    one.csrf = (await ask(one.address)).told?.csrf; // they signed in again meanwhile
    return send(one, true);
  };

  const save = async (one, leaves) => {
    clearTimeout(one.timer);
    const waits = one.saving && (!leaves || one.sent === one.text);
    if (isSaved(one) || one.isSending || one.other || waits) return;
    if (size(one.text) > MOST) {
      one.said = "long";
      show(one);
      return;
    }
    const { text, rounds } = one;
    const saving = send(one);
    one.saving = saving;
    const { status, told } = await saving;
    if (one.saving === saving) one.saving = null;
    if (one.rounds !== rounds) return; // it was sent as a note meanwhile
    if (status === 200 && told) {
      Object.assign(one, { version: told.version, base: text, said: isSaved({ ...one, base: text }) ? "saved" : "" });
      sessionStorage.removeItem(one.address);
    } else if (told?.text === one.base) {
      one.version = told.version; // nobody wrote anything else
    } else if (told) {
      Object.assign(one, { other: told, said: told.text ? "other" : "gone" });
    } else {
      one.said = { 0: "offline", 204: "out", 401: "out", 409: "out" }[status] ?? "failed";
    }
    show(one);
    if (told) save(one);
  };

  // A field that came with the page or a swap: the draft here may be newer than the rendered one.
  const adopt = async () => {
    const here = place();
    if (!here) return;
    const { draft: address } = here.dataset;
    const fields = here.closest("form").querySelector("[data-stored]");
    const stored = Number(fields.dataset.stored);
    const isNew = !drafts.has(address);
    if (isNew) {
      const text = here.querySelector("textarea").defaultValue;
      drafts.set(address, { address, text, base: text, version: stored, said: "", rounds: 0 });
    }
    const one = drafts.get(address);
    one.act = fields.querySelector("[name=act]").value;
    show(one);
    const awaited = isNew ? sessionStorage.getItem(address) : stored;
    sessionStorage.removeItem(address);
    for (let wait = 100; one.version < awaited && isSaved(one) && wait < 5000; wait *= 2) {
      await catchUp(one);
      if (one.version < awaited) await new Promise((done) => setTimeout(done, wait));
    }
  };

  // The request holds the text; the next page learns only its number, and waits for it.
  const leave = () => {
    for (const one of drafts.values()) {
      if (isSaved(one)) continue;
      const ahead = one.saving && one.sent !== one.text ? 2 : 1;
      save(one, true);
      if (one.saving) sessionStorage.setItem(one.address, one.version + ahead);
    }
  };

  listen("input", ({ target }) => {
    const one = target.closest("[data-draft]") && find();
    if (!one) return;
    one.text = target.value;
    if (one.said === "saved") one.said = "";
    clearTimeout(one.timer);
    one.timer = setTimeout(() => {
      save(one);
      const status = place()?.querySelector(".draft-counted");
      if (status) status.textContent = counted(place(), find().text);
    }, PAUSE);
    show(one);
  });
  listen("focusout", ({ target }) => {
    if (target.closest("[data-draft]") && find()) save(find());
  });
  listen("click", ({ target }) => {
    const button = target.closest("[data-draft-act]");
    const act = button?.dataset.draftAct;
    const one = act && find();
    if (!one) return;
    place().querySelector("textarea").focus();
    if (act === "take") take(one, one.other);
    if (act === "keep") Object.assign(one, { base: one.other.text, version: one.other.version, other: null });
    button.ariaBusy = "true";
    save(one).finally(() => { button.ariaBusy = null; });
  });

  listen("htmx:configRequest", ({ detail }) => {
    const one = detail.elt.id === "review-conversation" && find();
    if (!one) return;
    clearTimeout(one.timer);
    one.isSending = true;
    if (one.saving) detail.parameters.before = one.sent;
  });
  // Also where another conversation is shown by then.
  const answered = ({ xhr, requestConfig: { path, parameters, elt } }) => {
    const one = drafts.get(path.replace(/(review|note)\/$/, "draft/"));
    if (!one) return;
    const isForm = elt.id === "review-conversation";
    const stored = xhr.getResponseHeader("Inbox-Draft"); // its version, and whether it has a text
    if (isForm) one.isSending = false;
    if (stored && isForm) {
      const text = one.text === parameters.note ? "" : one.text;
      Object.assign(one, { text, base: "", other: null, said: "", rounds: one.rounds + 1 });
      if (path.endsWith("note/") && find() === one) place().querySelector("textarea").focus();
    }
    if (stored && !stored.includes("text")) Object.assign(one, { version: Number(stored), base: "" });
    else if (stored && isSaved(one)) catchUp(one);
    show(one);
    save(one);
  };
  listen("htmx:beforeRequest", ({ detail }) => {
    detail.xhr.addEventListener("loadend", () => answered(detail));
  });

  listen("htmx:afterSettle", adopt);
  listen("visibilitychange", () => document.hidden && drafts.forEach((one) => save(one)));
  addEventListener("online", () => drafts.forEach((one) => save(one)));
  addEventListener("pagehide", leave);
  addEventListener("beforeunload", (event) => {
    leave();
    for (const one of drafts.values()) {
      if (!isSaved(one) && (one.said || !navigator.onLine)) event.preventDefault();
    }
  });
  adopt();
}
