throw new Error('the library is not installed');

export {};
