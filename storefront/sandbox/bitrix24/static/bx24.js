// A small stand-in for the vendor's frame script: the same names, the same messages, only what a shop's pages use.
(function () {
  "use strict";

  const [domain, protocol, sid] = window.name.split("|");
  const isFramed = window.parent !== window && Boolean(sid);
  const portal = (protocol === "1" ? "https://" : "http://") + domain;
  const waiting = new Map();
  let counter = 0;
  let initial = null;
  let asked = false;
  let ready = [];

  function send(command, params, done) {
    if (!isFramed) return;
    const key = done ? "c" + ++counter : "";
    if (done) waiting.set(key, done);
    const parts = params ? [command, JSON.stringify(params), key, sid] : [command, key, sid];
    window.parent.postMessage(parts.join(":"), portal);
  }

  window.addEventListener("message", (event) => {
    if (event.source !== window.parent || event.origin !== portal || typeof event.data !== "string") return;
    const at = event.data.indexOf(":");
    const done = waiting.get(event.data.slice(0, at));
    if (!done) return;
    waiting.delete(event.data.slice(0, at));
    done(JSON.parse(event.data.slice(at + 1)));
  });

  function auth() {
    return {
      access_token: initial.AUTH_ID,
      refresh_token: initial.REFRESH_ID,
      expires_in: Number(initial.AUTH_EXPIRES),
      domain: initial.DOMAIN,
      member_id: initial.MEMBER_ID,
    };
  }

  window.BX24 = {
    init(callback) {
      if (initial) {
        if (callback) callback();
        return;
      }
      if (callback) ready.push(callback);
      if (asked) return;
      asked = true;
      send("getInitData", null, (data) => {
        initial = data;
        const callbacks = ready;
        ready = [];
        callbacks.forEach((one) => one());
      });
    },
    installFinish() {
      send("setInstallFinish", null, () => {});
    },
    getAuth: () => (initial ? auth() : false),
    refreshAuth(callback) {
      send("refreshAuth", null, (fresh) => {
        Object.assign(initial, fresh);
        if (callback) callback(auth());
      });
    },
    isAdmin: () => Boolean(initial && initial.IS_ADMIN),
    getLang: () => (initial ? initial.LANG : ""),
    getDomain: () => domain,
    placement: { info: () => ({ placement: initial.PLACEMENT, options: JSON.parse(initial.PLACEMENT_OPTIONS || "{}") }) },
    appOption: {
      get: (name) => (initial ? initial.APP_OPTIONS[name] : undefined),
      set(name, value, callback) {
        send("setAppOption", { name, value }, callback || (() => {}));
      },
    },
    resizeWindow(width, height, callback) {
      send("resizeWindow", { width, height }, callback || (() => {}));
    },
    fitWindow(callback) {
      this.resizeWindow("100%", document.documentElement.scrollHeight, callback);
    },
    setTitle(title, callback) {
      send("setTitle", { title }, callback || (() => {}));
    },
    openPath(path, callback) {
      send("openPath", { path }, callback || (() => {}));
    },
    closeApplication(callback) {
      send("closeApplication", null, callback || (() => {}));
    },
  };
})();
