// Says in words when the browser or the device refused a passkey; allauth's script would tell the console alone.
document.addEventListener("allauth.error", (event) => {
  const notice = document.getElementById("passkey-error");
  if (!notice) return;
  event.preventDefault();
  notice.hidden = false;
  notice.focus();
});
