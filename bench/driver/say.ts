/** Progress goes to stderr; stdout is for tables. */
export function say(text: string): void {
  process.stderr.write(`${text}\n`)
}
