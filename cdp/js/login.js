// Runs before the page's own scripts: puts the login into localStorage. It also runs in frames and
// on other hosts, where storage is not ours to touch (about:blank throws).
(lib, { hosts, items }) => {
  if (!hosts.includes(location.hostname)) {
    return;
  }
  for (const [key, value] of Object.entries(items)) {
    localStorage.setItem(key, value);
  }
}
