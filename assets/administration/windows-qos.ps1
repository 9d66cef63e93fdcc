# Marks the packets of Parley on Windows, which lets no program do so itself. Run it as an administrator on each computer,
# or carry the three policies over to Group Policy: Computer Configuration > Windows Settings > Policy-based QoS.
# The ports are the defaults of calls.audioPortRange and calls.videoPortRange: who sets others there sets them here.
#Requires -RunAsAdministrator

param(
  [string]$Program = 'Parley.exe',
  [uint16]$AudioFirst = 16400,
  [uint16]$AudioLast = 17399,
  [uint16]$VideoFirst = 17400,
  [uint16]$VideoLast = 18399
)

Get-NetQosPolicy -Name 'Parley *' -ErrorAction SilentlyContinue | Remove-NetQosPolicy -Confirm:$false

# EF for sound, AF41 for video, CS3 for SIP (RFC 4594). One port range has one value: the sound of a video call stays EF here.
New-NetQosPolicy -Name 'Parley sound' -AppPathNameMatchCondition $Program -IPProtocolMatchCondition UDP `
  -IPSrcPortStartMatchCondition $AudioFirst -IPSrcPortEndMatchCondition $AudioLast -DSCPAction 46 -NetworkProfile All
New-NetQosPolicy -Name 'Parley video' -AppPathNameMatchCondition $Program -IPProtocolMatchCondition UDP `
  -IPSrcPortStartMatchCondition $VideoFirst -IPSrcPortEndMatchCondition $VideoLast -DSCPAction 34 -NetworkProfile All
New-NetQosPolicy -Name 'Parley SIP' -AppPathNameMatchCondition $Program -IPProtocolMatchCondition Both `
  -IPDstPortStartMatchCondition 5060 -IPDstPortEndMatchCondition 5061 -DSCPAction 24 -NetworkProfile All

# Without this, computers outside a domain leave the value away.
$nla = 'HKLM:\SYSTEM\CurrentControlSet\Services\Tcpip\QoS'
if (-not (Test-Path $nla)) { New-Item -Path $nla -Force | Out-Null }
Set-ItemProperty -Path $nla -Name 'Do not use NLA' -Value '1' -Type String
