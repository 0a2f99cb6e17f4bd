// Sets <html data-theme> before the first paint, from the stored choice or else from the system. Keep in step with src/app/theme.ts.
(function () {
  var choice = null;
  try {
    choice = localStorage.getItem("runyard.theme");
  } catch (error) {
    // Storage is blocked: follow the system.
  }
  var dark = choice === "dark" || (choice !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";
})();
