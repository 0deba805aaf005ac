// Keeps a page alive: ticks its countdowns in the server's time, swaps its content when the server
// says that something changed, and adds copy buttons to commands. Without it the page is complete.

const root = document.documentElement;
const REFRESH_GAP_MS = 1000;
const RECONNECT_MS = 3000;

let startedAt = performance.now();

function serverNow() {
  const passed = (performance.now() - startedAt) * Number(root.dataset.speed || 1);
  return Date.parse(root.dataset.now) + passed;
}

// The same words as the server writes.
function spanWords(seconds) {
  if (seconds <= 0) return "now";
  const days = Math.floor(seconds / 86400);
  const hours = Math.floor(seconds / 3600) % 24;
  const minutes = Math.floor(seconds / 60) % 60;
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${minutes} min`;
  if (seconds < 86400) return `${hours} h ${String(minutes).padStart(2, "0")} min`;
  return `${days} d ${hours} h`;
}

function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function clockWords(at) {
  const date = new Intl.DateTimeFormat("en-GB", {
    timeZone: "UTC", weekday: "long", day: "numeric", month: "long", year: "numeric",
  }).format(at).replace(",", "");
  return `${date}, ${new Date(at).toISOString().slice(11, 16)} UTC`;
}

function tick() {
  const now = serverNow();
  for (const element of document.querySelectorAll("[data-until]")) {
    const left = Math.floor((Date.parse(element.dataset.until) - now) / 1000);
    if (left <= 0 && element.textContent !== "now") soon();
    write(element, spanWords(left));
  }
  for (const element of document.querySelectorAll("[data-clock]")) write(element, clockWords(now));
}

let planned = null;
let refreshing = false;

function soon() {
  planned ??= setTimeout(refresh, REFRESH_GAP_MS);
}

async function refresh() {
  planned = null;
  if (refreshing) return soon();
  refreshing = true;
  try {
    const answer = await fetch(location.href, { headers: { accept: "text/html" } });
    if (answer.redirected) return location.reload();
    if (answer.ok) swap(new DOMParser().parseFromString(await answer.text(), "text/html"));
  } catch {
    showStale(true);
  } finally {
    refreshing = false;
  }
}

// Replaces the content, keeping what the reader opened, scrolled to and stands on.
function swap(fresh) {
  const old = document.querySelector("main");
  const next = fresh.querySelector("main");
  if (!next) return;
  const said = document.querySelector("[data-say]")?.dataset.say;
  const focus = focusPath(old);
  for (const details of old.querySelectorAll("details[open][id]")) {
    next.querySelector(`#${CSS.escape(details.id)}`)?.setAttribute("open", "");
  }
  const scrolled = [...old.querySelectorAll("[role=region]")].map((region) => region.scrollLeft);
  old.replaceChildren(...next.childNodes);
  [...old.querySelectorAll("[role=region]")].forEach((region, i) => { region.scrollLeft = scrolled[i] ?? 0; });
  Object.assign(root.dataset, fresh.documentElement.dataset);
  startedAt = performance.now();
  document.title = fresh.title;
  addCopyButtons();
  tick();
  focus?.()?.focus({ preventScroll: true });
  const says = document.querySelector("[data-say]")?.dataset.say;
  if (says && says !== said) write(document.querySelector("#announcer"), says);
}

// How to find the focused element again after the swap: by id, else by its place among its kind.
function focusPath(main) {
  const element = document.activeElement;
  if (!main.contains(element) || element === main) return null;
  if (element.id) return () => document.getElementById(element.id);
  const place = [...main.querySelectorAll(element.tagName)].indexOf(element);
  return () => main.querySelectorAll(element.tagName)[place];
}

function showStale(stale) {
  const banner = document.querySelector("#stale");
  if (banner) banner.hidden = !stale;
}

let lastId = root.dataset.after;
let stream = null;

// The browser resumes by itself after a break; after a refusal we connect anew from the last id.
function listen() {
  stream = new EventSource(`/api/v1/stream?after=${encodeURIComponent(lastId)}`);
  const changed = (event) => { lastId = event.lastEventId || lastId; soon(); };
  for (const kind of ["incident", "finding", "status", "reset"]) stream.addEventListener(kind, changed);
  stream.addEventListener("open", () => showStale(false));
  stream.addEventListener("error", () => {
    showStale(true);
    if (stream.readyState === EventSource.CLOSED) setTimeout(listenIfSeen, RECONNECT_MS);
  });
}

function listenIfSeen() {
  if (!document.hidden && stream?.readyState !== EventSource.OPEN) {
    stream?.close();
    listen();
  }
}

// Tabs nobody looks at give their connection back, since a browser has few for one server.
function watchVisibility() {
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) stream?.close();
    else listenIfSeen();
  });
}

function addCopyButtons() {
  if (!navigator.clipboard) return;
  for (const command of document.querySelectorAll(".command:not(:has(button))")) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "Copy";
    button.setAttribute("aria-label", `Copy ${command.textContent.trim()}`);
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(command.querySelector("code").textContent);
      button.textContent = "Copied";
      setTimeout(() => { button.textContent = "Copy"; }, 2000);
    });
    command.append(button);
  }
}

addCopyButtons();
if (root.dataset.now) {
  tick();
  setInterval(tick, 1000);
}
if (lastId) {
  listenIfSeen();
  watchVisibility();
}
