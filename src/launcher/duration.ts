/** Durations on the command line: `90s`, `1.5m`, `2h`, `500ms`; a bare number is seconds. */

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

/** Timers cannot wait longer than this. */
const LONGEST_MS = 2 ** 31 - 1

/** Milliseconds, or null if `text` is no duration above zero that a timer can wait. */
export function parseDuration(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text)
  if (match === null) return null
  const ms = Math.round(Number(match[1]) * UNIT_MS[match[2] ?? 's']!)
  return ms > 0 && ms <= LONGEST_MS ? ms : null
}
