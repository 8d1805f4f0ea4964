/** @type {import('next').NextConfig} */
const config = {
  // The reference chat is measured: effects must run once, as in production.
  reactStrictMode: false,
  poweredByHeader: false,
  compress: false,
};

export default config;
