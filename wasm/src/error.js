/** What went wrong, why, and what to do about it: the three lines that every failure of the engine has. */
export class LlmSysError extends Error {
  /**
   * @param {string} status "INVALID", "OUT_OF_MEMORY", … as llmsys.h names them
   * @param {string} what @param {string} why @param {string} fix
   */
  constructor(status, what, why, fix) {
    super(`${what}\nwhy: ${why}\nfix: ${fix}`);
    this.name = 'LlmSysError';
    this.status = status;
    this.what = what;
    this.why = why;
    this.fix = fix;
  }

  /** From the text of lls_last_error. */
  static fromLines(status, text) {
    const [, what, why, fix] = text.match(/^error: ([^]*?)\nwhy: ([^]*?)\nfix: ([^]*)$/) ?? ['', text, '', ''];
    return new LlmSysError(status, what, why, fix);
  }
}

/** A caller's mistake, told as the engine would. */
export function invalid(what, why, fix) {
  return new LlmSysError('INVALID', what, why, fix);
}
