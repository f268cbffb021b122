import { isStrided, type Strided } from '../../wire/layout/nd-view.ts'

/** Whether `value` is strided; a cheap no for what most calls get. */
export function isLaidOut(value: unknown): value is Strided {
  return typeof value === 'object' && value !== null && !ArrayBuffer.isView(value) && isStrided(value)
}
