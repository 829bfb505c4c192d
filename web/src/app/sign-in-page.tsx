import { useNavigate, useSearch } from "@tanstack/react-router";
import { SignIn } from "../features/accounts/sign-in";

export function SignInPage() {
  const navigate = useNavigate();
  const { next } = useSearch({ from: "/sign-in" });
  return <SignIn onDone={() => void navigate({ href: next ?? "/", replace: true })} />;
}
