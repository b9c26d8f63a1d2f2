# Installs EdgeMesh's agent from the dashboard at @BASE@ and joins its mesh. PowerShell 5.1 or later.
#   & ([scriptblock]::Create($script)) TOKEN [-Run | -NoService] [-Name NAME]
# It runs inside the PowerShell that is open: the token is in no process's arguments, and goes to the agent by its input.
param([Parameter(Mandatory)][string]$Token, [switch]$Run, [switch]$NoService, [string]$Name = '')
$ErrorActionPreference = 'Stop'
$base = '@BASE@'
$pin = '@PIN@' # SHA-256 of the dashboard's public key; empty when it is on this computer

if ($pin -and -not ('EdgeMeshPin' -as [type])) {
  Add-Type -TypeDefinition @'
@PINTYPE@
'@
}
try {
  if ($pin) { [Net.ServicePointManager]::ServerCertificateValidationCallback = [EdgeMeshPin]::Only('@PINHEAD@', $pin) }
  $rid = if ([Runtime.InteropServices.RuntimeInformation]::OSArchitecture -eq 'Arm64') { 'win-arm64' } else { 'win-x64' }
  $web = New-Object Net.WebClient
  $folder = Join-Path $env:LOCALAPPDATA 'Programs\EdgeMesh'
  $agent = Join-Path $folder 'agent'
  $program = Join-Path $agent 'edgemesh-agent.exe'
  New-Item -ItemType Directory -Force $folder | Out-Null
  try { $wanted = $web.DownloadString("$base/download/agent/$rid/sha256").Trim() }
  catch { throw "The dashboard has no agent for $rid yet, or cannot be reached. On the dashboard's computer, in EdgeMesh's folder: eng/publish-agents $rid ($($_.Exception.Message))" }

  $kept = Join-Path $folder 'installed'
  $before = @{}
  if (Test-Path $kept) { foreach ($line in Get-Content $kept) { $word, $value = $line -split ' ', 2; $before[$word] = "$value" } }
  if ($before['base'] -ceq $base -and $before['pin'] -cne $pin) {
    Write-Warning "The dashboard at $base has another key than when this agent was installed. The line that you pasted names the new one: it must be from the dashboard itself."
  }

  if ($before['sha256'] -ceq $wanted -and (Test-Path $program)) {
    Write-Host "The agent in $agent is the dashboard's already (SHA-256 $wanted)"
  }
  else {
    $archive = Join-Path $env:TEMP "edgemesh-agent-$rid.zip"
    Write-Host "Fetching the agent for $rid from $base"
    $web.DownloadFile("$base/download/agent/$rid", $archive)
    $got = (Get-FileHash $archive -Algorithm SHA256).Hash.ToLowerInvariant()
    if ($got -cne $wanted) { throw "What came is not what the dashboard has (SHA-256 $got, expected $wanted). Try again." }
    Write-Host "SHA-256 $got, as the dashboard says"
    if (Get-Service edgemesh-agent -ErrorAction SilentlyContinue) { Stop-Service edgemesh-agent }
    if (Test-Path $kept) { Remove-Item $kept }
    if (Test-Path $agent) { Remove-Item -Recurse -Force $agent }
    Expand-Archive $archive $agent
    Remove-Item $archive
    & $program --version | Out-Null
    if ($LASTEXITCODE -ne 0) { throw 'The agent does not start here. It needs the .NET 10 ASP.NET Core runtime unless it was published self-contained: https://dotnet.microsoft.com/download' }
    Write-Host "Installed in $agent"
  }
  Set-Content $kept "base $base", "pin $pin", "sha256 $wanted"
}
finally {
  # The window lives on, and what it does next is not the dashboard's.
  if ($pin) { [Net.ServicePointManager]::ServerCertificateValidationCallback = $null }
}

$arguments = @('join', '-')
if ($Name) { $arguments += @('--name', $Name) }
if ($Run) { $arguments += '--run' } elseif (-not $NoService) { $arguments += '--service' }
$Token | & $program @arguments
