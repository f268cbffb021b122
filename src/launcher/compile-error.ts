/** The script does not compile. Its message is ready to be printed as it is. Exit code 1, as under node. */
export class CompileError extends Error {
  override readonly name = 'CompileError'
}
