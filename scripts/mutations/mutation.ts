/** A deliberate break of the code and the test that must notice it. */
export interface Mutation {
  readonly name: string;
  readonly file: string;
  /** Text that stands exactly once where the break goes. */
  readonly find: string;
  readonly replace: string;
  /** Test file that must fail. */
  readonly test: string;
}
