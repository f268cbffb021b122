/** Slurm's short form for many nodes: `n[1-3,07-09],login`, `rack[0-1]n[0-3]`. */

/** So that a mistyped range is an error and not a full memory. */
const MOST_NODES = 65_536

/** All names, in order. Throws an Error that says what is wrong, for the caller to say where. */
export function expandNodelist(text: string): string[] {
  const names: string[] = []
  for (const item of splitOutsideBrackets(text)) {
    if (!/^[^\s[\],]*(\[[^\s[\]]*\][^\s[\],]*)*$/.test(item) || item === '') {
      throw new Error(`"${item}" is no name such as n[1-3,7]`)
    }
    for (const name of expandItem(item)) {
      if (names.push(name) > MOST_NODES) throw new Error(`it has more than ${MOST_NODES} nodes`)
    }
  }
  return names
}

function splitOutsideBrackets(text: string): string[] {
  return text.split(/,(?![^[]*\])/)
}

/** The first brackets vary slowest. */
function* expandItem(item: string): Generator<string> {
  const open = item.indexOf('[')
  if (open < 0) {
    yield item
    return
  }
  const close = item.indexOf(']', open)
  for (const number of expandRanges(item.slice(open + 1, close))) {
    for (const rest of expandItem(item.slice(close + 1))) yield item.slice(0, open) + number + rest
  }
}

/** `1-3,07-09`: the zeros in front of the first number give the width of all. */
function* expandRanges(text: string): Generator<string> {
  for (const range of text.split(',')) {
    const match = /^(\d+)(?:-(\d+))?$/.exec(range)
    const [first, last] = [Number(match?.[1]), Number(match?.[2] ?? match?.[1])]
    if (match === null || last < first) throw new Error(`"${range}" in brackets is no range such as 1-3`)
    for (let number = first; number <= last; number++) yield String(number).padStart(match[1]!.length, '0')
  }
}
