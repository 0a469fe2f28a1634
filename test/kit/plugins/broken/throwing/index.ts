throw new Error('the token is hunter2');

export {};
