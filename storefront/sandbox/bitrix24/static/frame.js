// The portal's side of the frame: sends the launch form and answers what the app's page asks for.
"use strict";

const frame = JSON.parse(document.getElementById("frame-data").textContent);
const iframe = document.getElementById("app");
const form = document.getElementById("launch");
const appOrigin = new URL(form.action).origin;

function post(path, body) {
  return fetch(frame.base + path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body || {}),
  }).then((response) => {
    if (!response.ok) throw new Error("the portal answered " + response.status);
    return response.json();
  });
}

// command[:jsonParams]:callbackKey:APP_SID
function parse(text) {
  const first = text.indexOf(":");
  const last = text.lastIndexOf(":");
  const before = text.lastIndexOf(":", last - 1);
  if (first < 0 || first === last) return null;
  return {
    command: text.slice(0, first),
    params: before > first ? JSON.parse(text.slice(first + 1, before)) : null,
    key: text.slice(before + 1, last),
    sid: text.slice(last + 1),
  };
}

const commands = {
  getInitData: () => frame.data,
  refreshAuth: () => post("/token"),
  setInstallFinish: () =>
    post("/finish").then(() => {
      window.location.assign(frame.base + "/");
      return true;
    }),
  setAppOption: (params) => post("/option", { [params.name]: params.value }).then(() => true),
  resizeWindow: (params) => {
    iframe.style.minHeight = "0";
    iframe.style.height = Math.max(200, Number(params.height) || 0) + "px";
    return { width: iframe.clientWidth, height: iframe.clientHeight };
  },
  setTitle: (params) => {
    document.querySelector("h1").textContent = String(params.title);
    return true;
  },
  openPath: (params) => {
    const path = String(params.path);
    if (!/^\/[^/]/.test(path)) return { result: "error", errorCode: "PATH_NOT_AVAILABLE" };
    window.location.assign(path);
    return { result: "ok" };
  },
  closeApplication: () => {
    window.location.assign("/");
    return true;
  },
};

window.addEventListener("message", (event) => {
  if (event.source !== iframe.contentWindow || event.origin !== appOrigin || typeof event.data !== "string") return;
  const message = parse(event.data);
  if (!message || message.sid !== frame.sid || !Object.hasOwn(commands, message.command)) return;
  Promise.resolve()
    .then(() => commands[message.command](message.params))
    .catch((error) => ({ error: String(error.message) }))
    .then((answer) => {
      if (message.key) iframe.contentWindow.postMessage(message.key + ":" + JSON.stringify(answer), appOrigin);
    });
});

form.submit();
