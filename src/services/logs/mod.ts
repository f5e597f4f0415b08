export function logsOperations(_o: object) {
  return {};
}
