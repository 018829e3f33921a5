/** A program for a worker is imported as its text: build.js makes one of the module and its own. */
declare module "*?worker" {
  const text: string;
  export default text;
}
