// Nothing that could be shown as text.
throw Object.create(null);

export {};
