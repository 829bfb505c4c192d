import { useNavigate } from "@tanstack/react-router";
import { Join } from "../features/accounts/join";

export function JoinPage() {
  const navigate = useNavigate();
  return <Join secret={window.location.hash.slice(1)} onDone={(slug) => void navigate({ to: "/w/$workspace/roadmap", params: { workspace: slug }, replace: true })} />;
}
