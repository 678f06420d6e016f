// Sings when anything runs that a text brought, and when the policy had to stop it. `sing` is the test's.
(() => {
  for (const name of ["alert", "confirm", "prompt", "print", "open", "canary", "MsgBox"])
    globalThis[name] = () => globalThis.sing(`${name} was called`);
  for (const name of ["write", "writeln"]) document[name] = () => globalThis.sing(`document.${name} was called`);
  addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI, sourceFile, lineNumber }) =>
    globalThis.sing(`the policy stopped ${effectiveDirective} ${blockedURI} ${sourceFile}:${lineNumber}`));
  if (Object.prototype.polluted) globalThis.sing("every object was changed");
})();
