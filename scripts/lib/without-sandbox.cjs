/**
 * For `electron -r`: lets the app start where Chromium cannot sandbox (as root, in a container). `enableSandbox()` would
 * take `--no-sandbox` away again, and every helper process would then refuse to run as root. The app itself never asks
 * for less than the sandbox; only the launchers of development and tests load this.
 */
const { app } = require('electron');

app.enableSandbox = () => {};
