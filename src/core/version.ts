/** Version of the SDK and of the code named in a policy; equal to package.json (a test compares them). */
export const SDK_VERSION = '0.1.0';
