"use strict";
// Everything can be read without this. It starts runs, shows how far they have got, and asks for the token once a session.
const ROOT = document.documentElement.dataset.root; // the path below which a proxy shows this server
const API = `${ROOT}/api/rmos/stores/migration`;
const LINK = /^#enter=([\w-]+)$/; // the one-time link that rmos serve opens
const ASKING = 200; // milliseconds for the other windows to answer
const KEY = `rmos-token${ROOT}`; // other servers of this origin, below other paths, have other tokens
const TOKEN = /^[!-~]+$/; // what a header can carry; a stray character from a mail would make every request fail
const ROUND = 5000; // milliseconds until it is asked again whether a run goes on
const HEARD = 15000; // milliseconds between two words on progress to those who hear the page

for (const hidden of document.querySelectorAll("[data-needs-script]")) hidden.hidden = false;

const say = (button, text) => {
  button.closest("section, article, main").querySelector("[data-message]").textContent = text;
};

/** Exchange the key of the one-time link for a token; it is no longer in the address then, nor in the history. */
const entered = (async () => {
  const [, key] = LINK.exec(location.hash) || [];
  if (!key) return;
  history.replaceState(null, "", location.pathname + location.search);
  const answer = await fetch(`${ROOT}/api/rmos/enter`, {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ key }),
  });
  if (answer.ok) sessionStorage.setItem(KEY, (await answer.json()).token);
})().catch(() => {}); // the token is asked for where it is needed

// Another window of this server may have the token. No page of another origin can ask; one of the same is trusted.
const windows = new BroadcastChannel(KEY);
windows.addEventListener("message", (event) => {
  const token = sessionStorage.getItem(KEY);
  if (event.data === "token?" && token) windows.postMessage({ token });
});

/** The token of another window; an empty text where none answers. */
const askOtherWindows = () => new Promise((resolve) => {
  const asking = new BroadcastChannel(KEY);
  const done = (token) => {
    asking.close();
    if (token) sessionStorage.setItem(KEY, token);
    resolve(token);
  };
  const late = setTimeout(done, ASKING, "");
  asking.addEventListener("message", (event) => {
    if (!event.data.token) return;
    clearTimeout(late);
    done(event.data.token);
  });
  asking.postMessage("token?");
});

const dialog = document.getElementById("token-dialog");

/** The token from the person; an empty text where they leave it. */
const askForToken = (wrong) => new Promise((resolve) => {
  const input = document.getElementById("token");
  document.getElementById("token-wrong").textContent = wrong ? "This is not the token." : "";
  input.value = "";
  dialog.returnValue = "";
  dialog.addEventListener("close", () => {
    const token = dialog.returnValue === "ok" ? input.value.trim() : "";
    input.value = "";
    if (token) sessionStorage.setItem(KEY, token);
    resolve(token);
  }, { once: true });
  dialog.showModal();
});

/** Fetch with the token; asks again where it is not the right one. Null where the person leaves it. */
const fetchWithToken = async (address, options = {}) => {
  await entered;
  for (let wrong = false; ; wrong = true) {
    const token = sessionStorage.getItem(KEY) || (!wrong && await askOtherWindows()) || await askForToken(wrong);
    if (!token) return null;
    if (!TOKEN.test(token)) {
      sessionStorage.removeItem(KEY);
      continue;
    }
    const answer = await fetch(address, {
      ...options, headers: { ...options.headers, Authorization: `Bearer ${token}` },
    });
    if (answer.status !== 401) return answer;
    sessionStorage.removeItem(KEY);
  }
};

const problemOf = async (answer) => {
  try {
    const problem = await answer.json();
    return problem.hint ? `${problem.detail}: ${problem.hint}` : problem.detail;
  } catch {
    return `The server answered ${answer.status}.`;
  }
};

/** Do the work when a button is pressed, once at a time. It stays enabled, or the focus would be lost. */
const withButton = (button, work) => button.addEventListener("click", async () => {
  if (button.ariaDisabled === "true") return;
  button.ariaDisabled = "true";
  say(button, "");
  try {
    await work();
  } catch {
    say(button, "The server is not responding. Is it still running?");
  }
  button.ariaDisabled = null;
});

/** What was chosen for a run; what was left alone is as the settings say. */
const choicesOf = (section) => {
  const chosen = {};
  for (const field of section.querySelectorAll("[data-choice]")) {
    const value = field.type === "checkbox" ? field.checked : field.value.trim();
    if (value) chosen[field.dataset.choice] = value;
  }
  return chosen;
};

for (const button of document.querySelectorAll("[data-start]")) {
  withButton(button, async () => {
    const order = { ...choicesOf(button.closest("section")), dry_run: button.dataset.start === "dry" };
    const answer = await fetchWithToken(`${API}/runs`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(order),
    });
    if (!answer) return;
    if (answer.ok) location.assign(`${ROOT}/runs/${(await answer.json()).run}`);
    else say(button, await problemOf(answer));
  });
}

for (const button of document.querySelectorAll("[data-stop]")) {
  withButton(button, async () => {
    const stopping = fetchWithToken(`${API}/runs/${button.dataset.stop}/stop`, { method: "POST" });
    const soon = setTimeout(() => dialog.open || say(button, "It stops after the current batch."), 1000);
    const answer = await stopping.finally(() => clearTimeout(soon));
    if (!answer) return;
    if (answer.ok) location.reload();
    else say(button, await problemOf(answer));
  });
}

// the lines around a fault

const element = (name, text, className) => {
  const made = document.createElement(name);
  made.textContent = text;
  if (className) made.className = className;
  return made;
};

const excerptOf = (excerpt) => {
  const box = element("pre", "", "excerpt");
  box.setAttribute("role", "group");
  box.ariaLabel = `The lines around line ${excerpt.line}`;
  excerpt.lines.forEach((line, index) => {
    const number = excerpt.first_line + index;
    box.append(element("span", String(number), "gutter"), " ");
    if (number !== excerpt.line) {
      box.append(`${line}\n`);
      return;
    }
    const characters = [...line];
    const before = characters.slice(0, excerpt.column - 1).join("");
    box.append(before, element("mark", characters[excerpt.column - 1] || " "), characters.slice(excerpt.column).join(""), "\n");
    box.append(element("span", "", "gutter"), ` ${" ".repeat([...before].length)}`, element("span", "^", "caret"), "\n");
  });
  return box;
};

for (const button of document.querySelectorAll("[data-lines]")) {
  withButton(button, async () => {
    const place = button.closest("article").querySelector("[data-lines-here]");
    const answer = await fetchWithToken(`${API}/rejects/${encodeURIComponent(button.dataset.lines)}`);
    if (!answer) return;
    if (!answer.ok) {
      say(button, await problemOf(answer));
      return;
    }
    const { excerpt } = (await answer.json()).reject;
    const shown = excerpt ? excerptOf(excerpt) : element("p", "The file has changed since it was read, or holds no text.", "quiet");
    shown.tabIndex = excerpt ? 0 : -1;
    place.replaceChildren(shown);
    button.parentElement.hidden = true;
    shown.focus();
  });
}

// a report with the lines of files, as a file

for (const button of document.querySelectorAll("[data-download]")) {
  withButton(button, async () => {
    const answer = await fetchWithToken(button.dataset.download);
    if (!answer) return;
    if (!answer.ok) {
      say(button, await problemOf(answer));
      return;
    }
    const named = /filename="([^"]+)"/.exec(answer.headers.get("Content-Disposition") || "");
    const link = document.createElement("a");
    link.href = URL.createObjectURL(await answer.blob());
    link.download = named ? named[1] : "rmos-report.html";
    link.click();
    URL.revokeObjectURL(link.href);
  });
}

// how far a run has got

const panel = document.querySelector("[data-progress]");
const isOfRun = location.pathname.startsWith(`${ROOT}/runs/`);
const goesElsewhere = (told) => isOfRun && told.run && location.pathname !== `${ROOT}/runs/${told.run}`;

const words = (told) => {
  if (told.state === "busy") return "Another program is writing into the database.";
  const rate = told.documents_per_second ? `, ${told.documents_per_second.toLocaleString()} a second` : "";
  const kept = told.kept_out ? `; ${told.kept_out.toLocaleString()} not loaded` : "";
  const of = told.expected ? ` of about ${told.expected.toLocaleString()}` : "";
  return `${told.dry_run ? "Dry run" : `Run ${told.run}`}: ${told.documents.toLocaleString()}${of} documents${rate}${kept}.`;
};

let heardAt = -HEARD;

const show = (told) => {
  panel.hidden = false;
  panel.querySelector("[data-progress-words]").textContent = words(told);
  if (performance.now() - heardAt >= HEARD) {
    heardAt = performance.now();
    panel.querySelector("[data-progress-heard]").textContent = words(told);
  }
  const bar = panel.querySelector("[data-progress-bar]");
  if (told.expected) {
    bar.max = Math.max(told.expected, told.documents);
    bar.value = told.documents;
  } else {
    bar.removeAttribute("value");
  }
};

/** Whether something has ended that the page does not know of yet. */
const isNews = (told) => "goesOn" in panel.dataset || (told.run !== null && (panel.dataset.lastRun ?? told.run) !== told.run);

const listen = () => {
  const events = new EventSource(`${API}/progress`);
  const again = () => {
    events.close();
    setTimeout(listen, ROUND);
  };
  for (const state of ["running", "busy"]) {
    events.addEventListener(state, (event) => show(JSON.parse(event.data)));
  }
  events.addEventListener("ended", (event) => {
    events.close();
    if (goesElsewhere(JSON.parse(event.data))) panel.hidden = true;
    else location.reload();
  });
  events.addEventListener("idle", (event) => {
    panel.hidden = true;
    if (isNews(JSON.parse(event.data))) {
      events.close();
      location.reload();
    } else {
      again();
    }
  });
  events.addEventListener("error", () => {
    if (!panel.hidden) panel.querySelector("[data-progress-words]").textContent = "The server is not responding; trying again.";
    again();
  });
};
if (panel) listen();
