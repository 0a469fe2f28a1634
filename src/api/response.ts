/** The types of response fields, by CloudStack's names for them. */
interface FieldTypes {
  string: string;
  boolean: boolean;
  integer: number;
  long: number;
  date: Date;
  /** An object. */
  responseobject: object;
  /** An object of texts whose names are not known beforehand. */
  map: Readonly<Record<string, string | undefined>>;
  list: readonly (object | string)[];
}
export type FieldType = keyof FieldTypes;

/** A field of an answer: its type and a sentence for listApis. */
export type FieldSpec = readonly [type: FieldType, description: string];
export type FieldSpecs = Readonly<Record<string, FieldSpec>>;

/** What one kind of object looks like in answers: the key it stands under, and its fields. */
export interface ResponseSpec<F extends FieldSpecs = FieldSpecs> {
  readonly object: string;
  readonly fields: F;
}

/** An object as it goes into an answer: fields that are undefined are left out. */
export type Fields<S extends ResponseSpec> = { readonly [K in keyof S['fields']]: FieldTypes[S['fields'][K][0]] | undefined };

/** Declares what one kind of object looks like in answers. */
export const responseOf = <const F extends FieldSpecs>(object: string, fields: F): ResponseSpec<F> => ({ object, fields });

/** The answer of commands that only succeed or fail. */
export const successResponse = responseOf('success', { success: ['boolean', 'true if the command succeeded'] });

/** A page of a list, in CloudStack's shape: nothing at all for an empty list, only the count past the end. */
export function list(object: string, items: readonly object[], total: number): object {
  if (total === 0) return {};
  return items.length === 0 ? { count: total } : { count: total, [object]: items };
}

/** Nulls of the database are fields that are left out. */
export const given = <T>(value: T | null | undefined): T | undefined => value ?? undefined;
