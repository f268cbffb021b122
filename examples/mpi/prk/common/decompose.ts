/** Who has what: n things among parts, and ranks in a grid. */

/** The first and the number of the things that part `index` has of `n`; the first parts have one more. */
export function block(n: number, parts: number, index: number): { start: number; count: number } {
  const least = Math.floor(n / parts)
  const more = n % parts
  return { start: index * least + Math.min(index, more), count: least + (index < more ? 1 : 0) }
}

/** Two factors of `size`, as near to each other as can be, the smaller first. */
export function mostSquare(size: number): [number, number] {
  let small = Math.floor(Math.sqrt(size))
  while (size % small !== 0) small--
  return [small, size / small]
}
