// Socket events come in snake_case; the REST answers and this client speak camelCase.

const KEPT_AS_THEY_ARE = new Set(["next_cursor", "has_more", "display_name"]);

function camel(key: string): string {
  return KEPT_AS_THEY_ARE.has(key)
    ? key
    : key.replace(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase());
}

/** The same value with every object key in camelCase. */
export function camelKeys(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(camelKeys);
  }
  if (value !== null && typeof value === "object") {
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [camel(key), camelKeys(inner)]),
    );
  }
  return value;
}
