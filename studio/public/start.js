// Runs before the first paint, while the page's scripts are still on their way: sets the theme, asks for the files that this page will need,
// and asks the server who is signed in and where its changes stand. A file, not an inline script, so that the CSP needs no hash.
(function () {
  // Filled by scripts/finish-build.mjs: the file of each language, and the files of each page by a pattern of its path.
  var FILES = { languages: {}, pages: [] };

  function stored(name) {
    try {
      return localStorage.getItem(name);
    } catch (error) {
      return null; // Storage is blocked: follow the system.
    }
  }

  // In step with src/components/theme.ts.
  var choice = stored("runyard.theme");
  var dark = choice === "dark" || (choice !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";

  // In step with src/text/locale.ts.
  var chosen = stored("runyard.language");
  var wanted = (chosen ? [chosen] : navigator.languages).map(function (tag) {
    return FILES.languages[tag.slice(0, 2).toLowerCase()];
  });
  var page = FILES.pages.filter(function (each) {
    return new RegExp(each[0]).test(location.pathname);
  })[0];
  [wanted.filter(Boolean)[0] || FILES.languages.en].concat(page ? page[1] : []).forEach(function (file) {
    if (!file) return;
    var link = document.createElement("link");
    link.rel = "modulepreload";
    link.href = "/" + file;
    document.head.appendChild(link);
  });

  // Taken by src/client/early-answers.ts, each once.
  var answers = {};
  function ask(path) {
    return (answers[path] = fetch(path, { headers: { "X-Runyard-Client": "studio" } }));
  }
  var workspace = new URLSearchParams(location.search).get("workspace");
  var changes = function (name) {
    return ask("/api/v1/workspaces/" + encodeURIComponent(name) + "/changes");
  };
  ask("/api/v1/session")
    .then(function (answer) {
      return workspace || !answer.ok ? null : answer.clone().json();
    })
    .then(function (session) {
      return session && changes(session.default_workspace);
    })
    .catch(function () {}); // Who takes the answer learns of it.
  if (workspace) changes(workspace).catch(function () {});
  window.runyardEarly = answers;
})();
